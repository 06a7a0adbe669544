import type { Test } from 'tap'
import { Findings, isSessionCookie, scenario, sessionCookiesSet, succeeds, World, type WorldOptions } from './app.js'
import { setCookies } from '../fixtures/visitor.js'
import { changed, json, type Defects } from './idp.js'

const TYPE = 'urn:ietf:params:oauth:token-type'

interface Asked {
  subjectToken?: string
  extra?: string
  requestedTokenType?: string
}

const exchanging: WorldOptions = {
  routes: app => {
    app.get<{ Querystring: Asked }>('/exchange', async request => {
      const { subjectToken = 'legacy-token-canary-1', extra, requestedTokenType } = request.query
      await request.auth0.loginWithCustomTokenExchange({
        subjectToken,
        subjectTokenType: 'urn:acme:legacy-token',
        ...(extra !== undefined && { extra: JSON.parse(extra) as Record<string, string> }),
        ...(requestedTokenType !== undefined && { requestedTokenType })
      })
      return { done: true }
    })
  }
}

/** The exchange begins no session. */
async function fails (t: Test, world: World, defects: Defects, answer: { status: number, code: string }, calls: number,
  query = ''): Promise<void> {
  const findings = new Findings()
  const browser = world.browser()
  const before = world.idp.count('token')
  const response = await world.during(defects, () => browser.call(`/exchange${query}`))
  findings.same({ status: response.statusCode, code: (response.json() as { code: string }).code }, answer, 'answer')
  findings.same(world.idp.count('token') - before, calls, 'token requests')
  findings.same(browser.names().filter(isSessionCookie), [], 'session cookies')
  findings.same(world.leaks(response.body), [], 'secrets')
  t.strictSame(findings.problems, [], `${query} fails with ${answer.status} ${answer.code}`)
}

async function works (t: Test, world: World, query = ''): Promise<void> {
  const browser = world.browser()
  const response = await browser.call(`/exchange${query}`)
  t.equal(response.statusCode, 200, response.body)
  t.equal((await browser.call('/private')).statusCode, 200, 'control: a session begins')
}

scenario('TE-01 another type of token was issued than the one asked for', async (t, world) => {
  const asked = `?requestedTokenType=${encodeURIComponent(`${TYPE}:access_token`)}`
  await works(t, world, asked)
  for (const type of [`${TYPE}:refresh_token`, `${TYPE}:saml2`, `${TYPE}:ACCESS_TOKEN`]) {
    await fails(t, world, { answers: { token: correct => changed(correct, { issued_token_type: type }) } }, {
      status: 502,
      code: 'invalid_response'
    }, 1, asked)
  }
}, exchanging)

scenario('TE-02 a token_type that says it is no access token', async (t, world) => {
  await works(t, world)
  for (const type of ['N_A', 'n_a', 'mac', 'DPoP', undefined]) {
    await fails(t, world, { answers: { token: correct => changed(correct, { token_type: type }) } }, {
      status: 502,
      code: 'invalid_response'
    }, 1)
  }
}, exchanging)

scenario('TE-03 a subject token that is not the token alone is not sent', async (t, world) => {
  for (const token of [' token-1', 'token-1 ', 'token 1', 'Bearer token-1', 'token-1\n', '\t']) {
    await fails(t, world, {}, { status: 400, code: 'invalid_token_format' }, 0,
      `?subjectToken=${encodeURIComponent(token)}`)
  }
  await fails(t, world, {}, { status: 400, code: 'missing_required_argument_error' }, 0, '?subjectToken=')
  await works(t, world)
}, exchanging)

scenario("TE-04 extra parameters cannot be the protocol's", async (t, world) => {
  for (
    const name of ['grant_type', 'client_id', 'client_secret', 'client_assertion', 'subject_token',
      'subject_token_type', 'actor_token', 'audience', 'scope', 'organization', 'resource', 'requested_token_type']
  ) {
    await fails(t, world, {}, { status: 400, code: 'invalid_argument' }, 0,
      `?extra=${encodeURIComponent(JSON.stringify({ [name]: 'evil' }))}`)
  }
  await works(t, world,
    `?extra=${encodeURIComponent('{"device":"kiosk-7","__proto__":{"grant_type":"password","polluted":true}}')}`)
  const { form } = world.idp.last('token')
  t.equal(form.get('device'), 'kiosk-7', 'control: others are sent')
  t.strictSame(form.getAll('grant_type'), ['urn:ietf:params:oauth:grant-type:token-exchange'])
  t.equal(({} as { polluted?: boolean }).polluted, undefined)
}, exchanging)

scenario('a token exchange whose identity provider session is over begins no session', async (t, world) => {
  const ceiling = (at: number): Defects => ({
    idToken: { payload: correct => ({ ...correct, session_expiry: Math.floor(at) }) }
  })
  await fails(t, world, ceiling(world.clock.now + 10), { status: 401, code: 'session_expired' }, 1)
  const browser = world.browser()
  await world.during(ceiling(world.clock.now + 600), () => browser.call('/exchange'))
  t.equal((await browser.call('/private')).statusCode, 200, 'control')
  world.advance(571)
  t.equal((await browser.call('/private')).statusCode, 401)
}, exchanging)

const vault: WorldOptions = {
  routes: (app, world) => {
    app.get<{ Querystring: { loginHint?: string } }>('/vault', { preHandler: app.auth0.requireSession },
      async request => {
        const { accessToken } = await request.auth0.getAccessTokenForConnection({
          connection: 'google',
          ...request.query
        })
        world.runs++
        return { length: accessToken.length }
      })
  }
}
const EXCHANGE = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'

for (const status of [400, 401, 403]) {
  scenario(`TE-05 the vault has no token for the user, told with ${status}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const runs = world.runs
    const answer = await world.during({
      answers: {
        token: () =>
          json({ error: 'federated_connection_refresh_token_not_found', error_description: 'No refresh token' }, status)
      }
    }, () => browser.call('/vault'))
    t.equal(answer.statusCode, 401)
    t.equal(answer.json().code, 'failed_to_retrieve')
    t.equal(world.runs, runs)
    t.strictSame(world.leaks(answer.body), [])
    t.equal((await browser.call('/vault')).statusCode, 200, 'control: once the account is connected')
  }, vault)
}

scenario("TE-07 a provider's token is kept in this process, not in a cookie", async (t, world) => {
  const { browser } = await succeeds(t, world)
  const calls = () => world.idp.requests.filter(({ form }) => form.get('grant_type') === EXCHANGE).length
  const answer = await browser.call('/vault')
  t.equal(answer.statusCode, 200)
  t.strictSame(sessionCookiesSet(answer), [], 'nothing is written')
  await browser.call('/vault')
  t.equal(calls(), 1, 'it is remembered')
  await browser.call('/vault?loginHint=other')
  t.equal(calls(), 2, 'for the one account')
  const other = await restarted(world, browser.cookieHeader('/'))
  t.equal(other, 200)
  t.equal(calls(), 3, 'another process knows nothing of it')
  world.advance(3601)
  await browser.call('/vault')
  t.equal(calls(), 4, 'as long as it is good')
  await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
  await world.login(browser)
  await browser.call('/vault')
  t.equal(calls(), 5, 'and no longer than the session')
}, vault)

scenario('TE-07 unless it is asked for', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const answer = await browser.call('/vault')
  t.ok(setCookies(answer).some(({ name }) => name.endsWith('_t')), 'the cookie with the tokens is written')
  const calls = world.idp.count('token')
  t.equal(await restarted(world, browser.cookieHeader('/'), { storeConnectionTokens: true }), 200)
  t.equal(world.idp.count('token'), calls, 'another process finds it there')
  world.advance(3601)
  const rotated = await world.during({
    answers: { token: correct => changed(correct, { refresh_token: 'rotated-refresh-token' }) }
  }, () => browser.call('/vault'))
  t.equal(rotated.statusCode, 200)
}, { ...vault, plugin: { storeConnectionTokens: true } })

scenario('TE-07 a refresh token that rotates on the way is kept', async (t, world) => {
  const { browser } = await succeeds(t, world)
  await world.during({ answers: { token: correct => changed(correct, { refresh_token: 'rotated-refresh-token' }) } },
    () => browser.call('/vault'))
  await browser.call('/vault?loginHint=other')
  t.equal(world.idp.last('token').form.get('subject_token'), 'rotated-refresh-token')
}, vault)

/** The status of `/vault` in a process that was started anew. */
async function restarted (world: World, cookie: string, plugin: WorldOptions['plugin'] = {}): Promise<number> {
  const other = new World({ ...vault, plugin: { customFetch: world.idp.fetch, ...plugin } })
  other.advance(world.clock.now - other.clock.now)
  try {
    return (await other.app.inject({ url: '/vault', headers: { host: 'app.example.test', cookie } })).statusCode
  } finally {
    await other.app.close()
  }
}
