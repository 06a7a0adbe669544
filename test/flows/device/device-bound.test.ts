import { createHmac, createPublicKey } from 'node:crypto'
import type { LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { SoftwareDevice, type DeviceProofOptions, type DeviceRequest } from '../../../lib/testing/software-device.js'
import type { Auth0Options, DeviceBoundOptions } from '../../../types/index.js'
import { setCookies, type Visitor } from '../../fixtures/visitor.js'
import { site, type Site } from '../site.js'

type Changes = Partial<Auth0Options> & { deviceBound?: DeviceBoundOptions }
type Mode = 'stateless' | 'stateful'

const MODES = ['stateless', 'stateful'] as const
/** Seconds after which the cookies from before a session was bound are worth nothing. */
const AFTER_GRACE = 61

/** An application whose sessions are bound to devices; `/me` tells whose session it is. */
async function boundSite (t: Test, mode: Mode, { deviceBound = {}, ...options }: Changes = {}): Promise<Site> {
  const clock = { now: () => 0 }
  const made: Site = await site(t, {
    ...(mode === 'stateful' && { sessionStore: new MemorySessionStore({ now: () => clock.now() }) }),
    ...options,
    sessionConfiguration: { ...options.sessionConfiguration, deviceBound }
  }, {
    '/me': async request => ({ session: await request.auth0.getSession() ?? null }),
    '/visits': async request => await request.auth0.updateSession({ visits: 1 }),
    '/token': async request => await request.auth0.getAccessToken({ refresh: true }),
    '/long': async request => {
      const found = await request.auth0.getSession()
      made.clock.now += Number((request.query as { seconds: string }).seconds)
      await request.auth0.getAccessToken({ refresh: true })
      await request.auth0.updateSession({ visits: 2 })
      return { found, session: await request.auth0.getSession() }
    },
    '/private': async (request, reply) => {
      await request.server.auth0.requireSession(request, reply)
      return reply.sent ? reply : 'private'
    }
  })
  clock.now = () => made.clock.now
  made.app.log.level = 'silent'
  return made
}

/** Sends what a device asks for with a browser's cookies, as Chromium does. */
const sender = (browser: Visitor, headers: Record<string, string> = {}) =>
  async (request: DeviceRequest): Promise<LightMyRequestResponse> =>
    await browser.send(request.method, request.url,
      { headers: { origin: browser.origin.origin, ...request.headers, ...headers } })

interface Bound {
  browser: Visitor
  login: LightMyRequestResponse
  device: SoftwareDevice
}

async function loggedIn (made: Site, device = new SoftwareDevice()): Promise<Bound> {
  const browser = made.browser()
  return { browser, login: await made.login(browser), device }
}

async function bound (made: Site, device?: SoftwareDevice): Promise<Bound> {
  const visitor = await loggedIn(made, device)
  if (!await visitor.device.register(visitor.login, sender(visitor.browser))) throw new Error('not bound')
  return visitor
}

interface Seen {
  id: string
  visits?: number
}

const sessionOf = async (browser: Visitor): Promise<Seen | null> =>
  ((await browser.call('/me')).json() as { session: Seen | null }).session

const isIn = async (browser: Visitor): Promise<boolean> => await sessionOf(browser) !== null

const reasons = (made: Site): string[] =>
  made.events.filter(({ type }) => type === 'session').map(({ reason }) => reason)

/** The challenge that a login's answer offers. */
function challengeOf (login: LightMyRequestResponse): string {
  return /challenge="([^"]+)"/.exec(String(login.headers['secure-session-registration']))![1]!
}

/** A proof that somebody makes who knows the public key only. */
function hmacProof ({ binding: { key } }: SoftwareDevice, challenge: string, header: object = {}): string {
  const signed = [{ alg: 'HS256', typ: 'dbsc+jwt', ...header }, { jti: challenge }]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const secret = createPublicKey({ key: { ...key }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

for (const mode of MODES) {
  t.test(`${mode}: a session is bound, refreshed, used and left alone`, async t => {
    const made = await boundSite(t, mode)
    const { browser, login, device } = await loggedIn(made)
    const before = await sessionOf(browser)
    t.match(login.headers['secure-session-registration'], /^\(ES256 RS256\);path="\/auth\/dbsc\/register";challenge="/)
    t.equal(await device.register(login, sender(browser)), true)
    const after = await sessionOf(browser)
    t.ok(after !== null && before !== null && after.id !== before.id, 'the session has another id')
    t.notMatch(device.identifier, after!.id, 'which the name in the headers does not tell')
    made.clock.now += 500
    t.equal(await device.refresh(sender(browser)), 'refreshed')
    made.clock.now += 500
    t.equal((await sessionOf(browser))?.id, after?.id)
    made.clock.now += 101
    t.equal(await isIn(browser), false, 'until the last proof is too old')
    t.equal(await device.refresh(sender(browser)), 'refreshed', 'and a late one, which takes a new challenge, opens it')
    t.equal(await isIn(browser), true)
    t.strictSame(reasons(made), ['session_bound', 'session_unbound_copy'])
  })

  t.test(`${mode}: what browsers are told`, async t => {
    const made = await boundSite(t, mode, { deviceBound: { refreshAfter: 300 } })
    const { browser, login, device } = await loggedIn(made)
    const answers: LightMyRequestResponse[] = []
    const send = async (request: DeviceRequest): Promise<LightMyRequestResponse> => {
      answers.push(await sender(browser)(request))
      return answers.at(-1)!
    }
    await device.register(login, send)
    await device.refresh(send)
    const [registered, refreshed] = answers
    for (const [later, calls] of [[419, 1], [420, 2]] as const) {
      const before = answers.length
      made.clock.now += later
      t.equal(await device.refresh(send), 'refreshed')
      t.equal(answers.length - before, calls, 'the challenge outlives the bound cookie by two minutes')
    }
    const cookie = setCookies(registered!).find(({ name }) => name.endsWith('_d'))!
    for (const answer of [registered!, refreshed!]) {
      t.equal(answer.statusCode, 200)
      t.match(answer.headers, {
        'cache-control': /no-store/,
        'cross-origin-resource-policy': 'same-origin',
        'secure-session-challenge': new RegExp(`^"[\\w.-]+";id="${device.identifier!}"$`)
      })
      t.strictSame(answer.json(), {
        session_identifier: device.identifier,
        refresh_url: '/auth/dbsc/refresh',
        scope: {
          include_site: false,
          scope_specification: [{ type: 'exclude', domain: 'app.example.test', path: '/auth/login' }]
        },
        credentials: [{ type: 'cookie', name: cookie.name, attributes: 'Path=/; Secure; HttpOnly; SameSite=Lax' }]
      })
    }
    t.match(cookie.name, /^__Host-/)
    t.equal(cookie.attributes.get('max-age'), '270', 'the browser forgets it before the server does')
    t.strictSame(setCookies(refreshed!).map(({ name }) => name), [cookie.name], 'a refresh sets nothing else')
  })

  t.test(`${mode}: copies of the cookies`, async t => {
    const made = await boundSite(t, mode)
    const { browser, login, device } = await loggedIn(made)
    const unbound = browser.copy()
    await device.register(login, sender(browser))
    const whole = browser.copy()
    const withoutProof = browser.copy()
    withoutProof.forget(withoutProof.names().find(name => name.endsWith('_d'))!)
    t.equal(await isIn(unbound), true, 'requests on their way when it was bound go on')
    t.equal(await isIn(withoutProof), false, 'without the bound cookie a bound session is closed')
    made.clock.now += AFTER_GRACE
    t.equal(await isIn(unbound), false, 'a copy from before is over')
    t.equal(await isIn(whole), true)
    made.clock.now += 541
    t.equal(await isIn(whole), false, 'a whole copy lives as long as the last proof')
    t.equal((await unbound.call('/private')).statusCode, 401)
    t.equal((await withoutProof.call('/private')).json().code, 'login_required')
    t.strictSame(new Set(reasons(made)), new Set(['session_bound', 'session_unbound_copy']))
    t.equal(made.events.filter(({ reason }) => reason === 'session_unbound_copy').every(event =>
      event.outcome === 'failure' && event.user !== undefined && event.requestId !== undefined), true)

    for (const copy of [unbound, withoutProof]) {
      t.equal((await made.login(copy)).statusCode, 302, 'who holds a copy logs in anew')
      t.equal(await isIn(copy), true)
    }
    t.equal(await device.refresh(sender(browser)), 'refreshed')
    t.equal(await isIn(browser), true, 'and the owner goes on')
  })

  t.test(`${mode}: proofs that are refused end nothing`, async t => {
    const made = await boundSite(t, mode)
    const stranger = await loggedIn(made)
    const rsa = new SoftwareDevice({ algorithm: 'RS256' })
    const { browser, login, device } = await loggedIn(made)
    const challenge = challengeOf(login)
    const { jwk } = JSON.parse(Buffer.from(device.proof({ challenge, jwk: true }).split('.')[0]!, 'base64url')
      .toString()) as { jwk: object }
    const register = async (proof: string | undefined, headers: Record<string, string> = {}) =>
      await sender(browser, headers)({
        method: 'POST',
        url: '/auth/dbsc/register',
        headers: proof === undefined ? {} : { 'secure-session-response': proof }
      })
    const proofWith = (options: Partial<DeviceProofOptions>, by = device): string =>
      by.proof({ challenge, jwk: true, ...options })
    const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'dbsc+jwt', jwk })).toString('base64url')}.${
      Buffer.from(JSON.stringify({ jti: challenge })).toString('base64url')}.`
    const refusals: Record<string, [proof: string | undefined, headers?: Record<string, string>]> = {
      'no proof': [undefined],
      'no key': [proofWith({ jwk: false })],
      'the key of another device': [proofWith({ header: { jwk } }, new SoftwareDevice())],
      'a private key': [proofWith({ header: { jwk: { ...jwk, d: 'AAAA' } } })],
      'alg none': [none],
      'alg HS256': [proofWith({ header: { alg: 'HS256' } })],
      'alg HS256 with the public key as the secret': [hmacProof(device, challenge, { jwk })],
      'RS256 with a key on a curve': [proofWith({ header: { alg: 'RS256' } })],
      'ES256 with an RSA key': [proofWith({ header: { alg: 'ES256' } }, rsa)],
      'another type': [proofWith({ header: { typ: 'jwt' } })],
      'a header extension': [proofWith({ header: { crit: ['exp'] } })],
      'no jti': [proofWith({ claims: { jti: undefined } })],
      'a jti that is no string': [proofWith({ claims: { jti: 7 } })],
      'a challenge of its own': [proofWith({ challenge: 'made-up' })],
      "another session's challenge": [proofWith({ challenge: challengeOf(stranger.login) })],
      'another audience': [proofWith({ claims: { aud: 'https://other.example.test/auth/dbsc/register' } })],
      'a foreign origin': [proofWith({}), { origin: 'https://other.example.test' }],
      'no origin that can be named': [proofWith({}), { origin: 'null' }],
      'another site': [proofWith({}), { 'sec-fetch-site': 'cross-site' }],
      'an oversized header': [proofWith({ claims: { padding: 'x'.repeat(5000) } })],
      'a broken signature': [`${proofWith({}).slice(0, -4)}AAAA`],
      'no JWT': ['"a.b"']
    }
    for (const [name, [proof, headers]] of Object.entries(refusals)) {
      const answer = await register(proof, headers)
      t.equal(answer.statusCode, 403, name)
      t.match(answer.json().code, /^(device_not_registered|cross_site_request)$/)
      t.notOk(answer.headers['set-cookie'], 'nothing is set')
    }
    const told = made.events.filter(({ type }) => type === 'session')
    t.strictSame(new Set(told.map(({ reason }) => reason)), new Set(['device_registration_refused']))
    for (const event of told) t.match(event, { outcome: 'failure', blame: 'user' })
    t.equal(await isIn(browser), true)
    const late = browser.copy()
    const right = proofWith({ claims: { aud: 'https://app.example.test/auth/dbsc/register' } })
    t.equal((await register(`"${right}"`)).statusCode, 200, 'quotes and the right audience pass, as none was spent')
    t.equal((await made.browser().send('POST', '/auth/dbsc/register')).statusCode, 401, 'nobody without a session')
    t.equal((await sender(late)(rsa.registration(login)!)).statusCode, 403, 'no other key after that')
    t.equal((await sender(late)(device.registration(login)!)).statusCode, mode === 'stateful' ? 403 : 200,
      'the same proof again: refused where a store remembers')
    made.clock.now += AFTER_GRACE
    t.equal((await sender(browser.copy())(device.registration(login)!)).statusCode, 403, 'nor the same one later')
    t.equal(await isIn(browser), true)
    for (const [seconds, status] of [[300, 403], [299, 200]] as const) {
      const slow = await loggedIn(made)
      made.clock.now += seconds
      const answer = await sender(slow.browser)(slow.device.registration(slow.login)!)
      t.equal(answer.statusCode, status, `a challenge after ${seconds} s`)
      t.equal(await isIn(slow.browser), true)
    }
  })

  t.test(`${mode}: proofs of a refresh that are refused end nothing`, async t => {
    const made = await boundSite(t, mode)
    const { browser, login, device } = await bound(made)
    const other = await bound(made)
    const challengeOfRefresh = async (visitor: Bound): Promise<string> => {
      const asked = visitor.device.refreshRequest()!
      const { 'secure-session-response': _, ...headers } = asked.headers
      const answer = await sender(visitor.browser)({ ...asked, headers })
      t.match(answer.json(), { statusCode: 403, code: 'device_proof_required' })
      return /^"([^"]+)"/.exec(String(answer.headers['secure-session-challenge']))![1]!
    }
    const challenge = await challengeOfRefresh({ browser, login, device })
    const foreign = await challengeOfRefresh(other)
    const refresh = async (proof: string, headers: Record<string, string> = {}) => {
      const asked = device.refreshRequest()!
      const answered = { ...asked.headers, 'secure-session-response': proof }
      return await sender(browser, headers)({ ...asked, headers: answered })
    }
    const refused = {
      'another key': other.device.proof({ challenge }),
      'another key, in its header': other.device.proof({ challenge, jwk: true }),
      'an RSA key': new SoftwareDevice({ algorithm: 'RS256' }).proof({ challenge }),
      'alg HS256': device.proof({ challenge, header: { alg: 'HS256' } }),
      'alg HS256 with the public key as the secret': hmacProof(device, challenge),
      'another type': device.proof({ challenge, header: { typ: 'jwt' } }),
      'a header extension': device.proof({ challenge, header: { crit: ['exp'] } }),
      'a broken signature': `${device.proof({ challenge }).slice(0, -4)}AAAA`,
      'no jti': device.proof({ challenge, claims: { jti: undefined } }),
      'another audience': device.proof({ challenge, claims: { aud: 'https://app.example.test/auth/dbsc/register' } }),
      "another session's challenge": device.proof({ challenge: foreign }),
      "the registration's challenge": device.proof({ challenge: challengeOf(login) })
    }
    for (const [name, proof] of Object.entries(refused)) {
      const answer = await refresh(proof)
      t.equal(answer.statusCode, 403, name)
      t.ok(answer.headers['secure-session-challenge'], 'with a new challenge')
      t.notOk(answer.headers['set-cookie'])
      t.match(made.events.at(-1), { reason: 'device_proof_refused', outcome: 'failure', blame: 'user' }, name)
    }
    t.equal(reasons(made).filter(reason => reason === 'device_proof_refused').length, Object.keys(refused).length)
    t.equal((await refresh(device.proof({ challenge }), { origin: 'https://other.example.test' })).statusCode, 403)
    t.equal((await refresh(device.proof({ challenge: `${challenge}` }))).statusCode, 200, 'no challenge was spent')
    t.equal((await refresh(device.proof({ challenge }))).statusCode, mode === 'stateful' ? 403 : 200,
      'a replay: refused where a store remembers')
    const old = await challengeOfRefresh({ browser, login, device })
    made.clock.now += 300
    t.equal((await refresh(device.proof({ challenge: old }))).statusCode, 403, 'an expired challenge')
    const fresh = await challengeOfRefresh({ browser, login, device })
    made.clock.now += 299
    t.equal((await refresh(device.proof({ challenge: fresh }))).statusCode, 200, 'one that is good for a second more')
    t.equal(await device.refresh(sender(browser)), 'refreshed', 'and the session lives')
    t.equal((await browser.send('POST', '/auth/dbsc/refresh')).statusCode, 400, 'a call that no browser makes')
  })

  t.test(`${mode}: the binding ends with the session`, async t => {
    const made = await boundSite(t, mode)
    const ends = {
      logout: async (browser: Visitor) => {
        await browser.navigate('/auth/logout')
      },
      revocation: async () => {
        await made.app.auth0.revokeSessions({ sub: made.tenant.sub })
      },
      'a back-channel logout of the session': async () => {
        await made.backchannelLogout()
      },
      'a back-channel logout of the user': async () => {
        await made.backchannelLogout({ sid: undefined, sub: made.tenant.sub })
      },
      'its time': async () => {
        made.clock.now += 300_000
      }
    }
    for (const [name, end] of Object.entries(ends)) {
      made.clock.now += 1
      const { browser, device, login } = await loggedIn(made)
      const before = browser.copy()
      t.equal(await device.register(login, sender(browser)), true)
      const copy = browser.copy()
      await end(browser)
      for (const [which, one] of Object.entries({ browser, copy, before })) {
        t.equal(await isIn(one), false, `${name}: ${which}`)
      }
      const asked = device.refreshRequest()!
      for (const one of [browser, copy]) {
        const answer = await sender(one)(asked)
        t.equal(answer.statusCode, 200)
        t.strictSame(answer.json(), { session_identifier: device.identifier, continue: false }, name)
        t.notOk(answer.headers['set-cookie'])
      }
      t.equal(await device.refresh(sender(copy)), 'over')
    }
  })

  t.test(`${mode}: a new login takes a new key`, async t => {
    const made = await boundSite(t, mode)
    const { browser, device } = await bound(made)
    const login = await made.login(browser)
    t.ok(login.headers['secure-session-registration'], 'it is offered again')
    const asked = device.refreshRequest()!
    t.equal((await sender(browser)(asked)).json().continue, false, 'the old session is over')
    const next = new SoftwareDevice()
    t.equal(await next.register(login, sender(browser)), true)
    made.clock.now += 500
    t.equal(await next.refresh(sender(browser)), 'refreshed')
    t.equal(await isIn(browser), true)
  })

  t.test(`${mode}: two tabs refresh at once`, async t => {
    const made = await boundSite(t, mode)
    const { browser, device } = await bound(made)
    const asked = device.refreshRequest()!
    const answers = await Promise.all([sender(browser)(asked), sender(browser)(asked)])
    const statuses = answers.map(({ statusCode }) => statusCode).sort()
    t.strictSame(statuses, mode === 'stateful' ? [200, 403] : [200, 200])
    t.ok(answers.every(({ headers }) => headers['secure-session-challenge']), 'both know the next challenge')
    t.equal(await device.refresh(sender(browser)), 'refreshed')
    t.equal(await isIn(browser), true)
  })

  t.test(`${mode}: requests that were on their way when the session was bound`, async t => {
    const made = await boundSite(t, mode)
    const { browser, login, device } = await loggedIn(made)
    const late = browser.copy()
    await device.register(login, sender(browser))
    const bindingId = (await sessionOf(browser))!.id
    const call = async (path: string) => {
      const answer = await late.send('GET', path, { remember: false })
      t.equal(answer.statusCode, 200, path)
      browser.keep(answer)
      return answer
    }
    t.equal((await call('/visits')).json().id, bindingId, 'they write into the session that took the place')
    await call('/token')
    await call('/token')
    t.equal((await sessionOf(browser))?.visits, 1, 'and their answers do not take the browser back')
    made.clock.now += AFTER_GRACE
    t.equal(await isIn(browser), true)
    t.equal((await browser.call('/token')).statusCode, 200)
    t.strictSame(made.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')),
      [...new Set(made.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token')))])
  })

  t.test(`${mode}: a request that takes longer than its proof is good`, async t => {
    const made = await boundSite(t, mode)
    const { browser, device } = await bound(made)
    made.clock.now += 500
    const proof = browser.cookies.find(({ name }) => name.endsWith('_d'))!
    const late = await browser.call('/long?seconds=101')
    t.equal(late.statusCode, 200, 'does not lose the session it has opened')
    t.match(late.json(), { found: { id: String }, session: { id: late.json().found.id, visits: 2 } })
    browser.plant(proof.name, proof.value)
    t.equal(await isIn(browser), false, 'the next one does not')
    t.equal((await browser.call('/visits')).statusCode, 401)
    t.strictSame(reasons(made), ['session_bound', 'session_unbound_copy', 'session_unbound_copy'])
    t.equal(await device.refresh(sender(browser)), 'refreshed')
    t.match(await sessionOf(browser), { visits: 2 })
    made.clock.now += 500
    made.tenant.scripts.set('refresh_token', async () => {
      await new Promise(resolve => setImmediate(resolve))
      made.clock.now += 101
      return undefined
    })
    const both = await Promise.all([browser.call('/long?seconds=0'), browser.call('/long?seconds=0')])
    t.strictSame(both.map(({ statusCode }) => statusCode), [200, 200], 'nor does who shares the call to the tenant')
  })

  t.test(`${mode}: without a device everything is as before`, async t => {
    const made = await boundSite(t, mode)
    const { browser } = await loggedIn(made)
    made.clock.now += 40_000
    t.equal(await isIn(browser), true)
    made.clock.now += 40_000
    t.equal(await isIn(browser), true)
    t.strictSame(reasons(made), [])
  })

  t.test(`${mode}: a session that must be bound`, async t => {
    const made = await boundSite(t, mode, { deviceBound: { required: true } })
    const { browser, device, login } = await loggedIn(made)
    const other = await bound(made)
    made.clock.now += 59
    t.equal(await isIn(browser), true)
    made.clock.now += 1
    t.equal(await isIn(browser), false, 'ends after a minute')
    t.equal(await isIn(other.browser), true, 'unless it is bound')
    const page = await browser.navigate('/private')
    t.equal(page.statusCode, 401)
    t.match(page.body, /ties each session to one device/)
    t.match(page.headers['cache-control'], /no-store/)
    t.equal((await browser.call('/private')).json().code, 'login_required')
    t.equal(await device.register(login, sender(browser)), false, 'and cannot be bound any more')
    t.ok(reasons(made).includes('session_not_bound'))
    t.equal((await made.browser().navigate('/private')).statusCode, 302, 'nobody else is told so')
  })
}
