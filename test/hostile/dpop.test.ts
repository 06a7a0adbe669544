import { generateKeyPairSync } from 'node:crypto'
import { Findings, markOf, scenario, sessionCookiesSet, succeeds, type World, type WorldOptions } from './app.js'
import type { RawAnswer } from '../fixtures/scripted-tenant.js'
import { changed, json, type AnswerDefect, type Defects, type SeenRequest } from './idp.js'

const bound: AnswerDefect = correct => correct.status === 200 ? changed(correct, { token_type: 'DPoP' }) : correct

interface Proof {
  header: { typ: string, alg: string, jwk: Record<string, string> }
  payload: { htm: string, htu: string, jti: string, iat: number, nonce?: string, ath?: string }
}

function proofOf (request: SeenRequest): Proof {
  const [header = '', payload = ''] = (request.headers.dpop ?? '').split('.').map(part =>
    Buffer.from(part, 'base64url').toString()
  )
  return { header: JSON.parse(header) as Proof['header'], payload: JSON.parse(payload) as Proof['payload'] }
}

const wantsNonce = (nonce: string, status = 400): RawAnswer =>
  json({ error: 'use_dpop_nonce', error_description: 'Authorization server requires nonce in DPoP proof' }, status, {
    'dpop-nonce': nonce,
    ...(status === 401 && { 'www-authenticate': 'DPoP error="use_dpop_nonce"' })
  })

/** A token endpoint that wants this nonce. */
function demanding (nonce: string, status?: number): Defects {
  return {
    answers: { token: bound },
    refuse: request =>
      request.endpoint === 'token' && proofOf(request).payload.nonce !== nonce ? wantsNonce(nonce, status) : undefined
  }
}

const dpop: WorldOptions = { plugin: { dpop: true } }

for (const status of [400, 401]) {
  scenario(`DP-01 a nonce is asked for with ${status}`, async (t, world) => {
    await succeeds(t, world, demanding('nonce-1', status))
    t.equal(world.idp.count('token'), 2, 'once more, with the nonce')
    const [first, second] = world.idp.requests.filter(({ endpoint }) => endpoint === 'token').map(proofOf)
    t.equal(first?.payload.nonce, undefined)
    t.equal(second?.payload.nonce, 'nonce-1')
    t.not(first?.payload.jti, second?.payload.jti, 'each proof is used once')
    await succeeds(t, world, demanding('nonce-1', status))
    t.equal(world.idp.count('token'), 3, 'the nonce is remembered')
  }, dpop)
}

scenario('DP-01 a nonce is asked for again and again', async (t, world) => {
  let nth = 0
  const never: Defects = {
    refuse: request => request.endpoint === 'token' ? wantsNonce(`nonce-${nth++}`) : undefined
  }
  const browser = world.browser()
  const response = await world.during(never, () => world.login(browser))
  t.equal(response.statusCode, 502)
  t.match(response.body, 'use_dpop_nonce')
  t.equal(world.idp.count('token'), 2, 'one retry, no more')
  t.strictSame(sessionCookiesSet(response), [])
}, dpop)

scenario('DP-19 a server that never sends a nonce', async (t, world) => {
  const { browser } = await succeeds(t, world, { answers: { token: bound } })
  const proof = proofOf(world.idp.last('token'))
  t.match(proof, {
    header: { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } },
    payload: { htm: 'POST', htu: world.idp.metadata.token_endpoint as string, iat: Math.floor(world.clock.now) }
  })
  t.strictSame(Object.keys(proof.header.jwk).sort(), ['crv', 'kty', 'x', 'y'], 'the public key alone')
  t.equal(proof.payload.nonce, undefined)
  t.equal((await browser.call('/token')).json().tokenType, 'DPoP')
  const location = await world.start(world.browser())
  t.match(new URL(location).searchParams.get('dpop_jkt'), /^[\w-]{43}$/)
}, dpop)

scenario('a token that was to be bound comes as a bearer token', async (t, world) => {
  await succeeds(t, world, { answers: { token: bound } })
  const browser = world.browser()
  const response = await world.login(browser)
  t.equal(response.statusCode, 502)
  t.match(response.body, 'invalid_response')
  t.strictSame(sessionCookiesSet(response), [])
  t.equal((await browser.call('/private')).statusCode, 401)
}, dpop)

scenario('DP-04 20 calls at once that are each refused for a nonce', async (t, world) => {
  const users = Array.from({ length: 20 }, (_, i) => `auth0|user-${i}`)
  const browsers: { browser: ReturnType<typeof world.browser>, sub: string }[] = []
  for (const sub of users) {
    world.idp.user = { sub }
    const browser = world.browser()
    await world.during({ answers: { token: correct => changed(correct, { token_type: 'DPoP', expires_in: 60 }) } },
      () => world.login(browser))
    browsers.push({ browser, sub })
  }
  world.advance(61)
  const slow: AnswerDefect = async (correct, request, nth) => {
    await new Promise(resolve => setTimeout(resolve, 5))
    return await bound(correct, request, nth)
  }
  const calls = world.idp.count('token')
  const fresh = new Set<string>()
  const each: Defects = {
    answers: { token: slow },
    refuse (request) {
      if (request.endpoint !== 'token') return undefined
      const { nonce } = proofOf(request).payload
      if (nonce !== undefined && fresh.has(nonce)) return undefined
      const next = `nonce-${fresh.size}`
      fresh.add(next)
      return wantsNonce(next)
    }
  }
  const findings = new Findings()
  const answers = await world.during(each,
    () => Promise.all(browsers.map(async ({ browser, sub }) => ({ sub, response: await browser.call('/whose') }))))
  for (const { sub, response } of answers) findings.same((response.json() as { sub: string }).sub, sub, 'whose token')
  findings.same(new Set(answers.map(({ response }) => (response.json() as { mark: string }).mark)).size, users.length,
    'different tokens')
  findings.check(world.idp.count('token') - calls <= 2 * users.length, 'more than one retry each')
  t.strictSame(findings.problems, [], 'everyone gets the answer to what was asked')
}, {
  ...dpop,
  routes: (app, world) => {
    app.get('/whose', { preHandler: app.auth0.requireSession }, async request => {
      const { accessToken } = await request.auth0.getAccessToken()
      return { sub: userOf(world, accessToken), mark: markOf(accessToken) }
    })
  }
})

/** Who an access token was issued to, as the provider knows it. */
function userOf (world: World, accessToken: string): unknown {
  return world.idp.ownerOf(accessToken)?.sub
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
scenario('DP-06 the private key is in no cookie, log or answer', async (t, world) => {
  const { d } = pair.privateKey.export({ format: 'jwk' })
  world.idp.secrets.add(String(d))
  const { browser } = await succeeds(t, world, { answers: { token: bound } })
  const { jwk } = proofOf(world.idp.last('token')).header
  t.match(pair.publicKey.export({ format: 'jwk' }), jwk, 'control: this is the key')
  const secret = Buffer.from(String(d), 'base64url')
  for (const value of browser.given) {
    t.notOk(value.includes(String(d)))
    t.notOk(Buffer.from(value, 'base64url').includes(secret))
  }
  const { session } = (await browser.call('/private')).json()
  t.notOk(JSON.stringify(session).includes(String(d)))
}, { plugin: { dpop: { key: pair.privateKey.export({ format: 'jwk' }) } } })
