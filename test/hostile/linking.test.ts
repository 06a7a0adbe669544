import type { Test } from 'tap'
import {
  Findings, isTransactionCookie, scenario, sessionCookiesSet, succeeds, type World, type WorldOptions
} from './app.js'
import type { Visitor } from '../fixtures/visitor.js'
import { changed, json, type Defects } from './idp.js'

const linking: WorldOptions = { plugin: { mountConnectRoutes: true } }
const connecting: WorldOptions = { plugin: { mountConnectedAccountRoutes: true } }
const begin = '/auth/connect?connection=github&returnTo=%2Fprivate'

/** What the application's own script sends. */
const own = { accept: 'application/json', 'sec-fetch-site': 'same-origin' }

/** A user who is logged in, and the path at which the answer to a link request comes back. */
async function underWay (t: Test, world: World): Promise<{ browser: Visitor, back: string }> {
  const { browser } = await succeeds(t, world)
  return { browser, back: await backFrom(world, browser) }
}

async function backFrom (world: World, browser: Visitor): Promise<string> {
  return world.back(await world.start(browser, begin))
}

/** The answer is refused, and whoever was logged in stays the one he was. */
async function refuses (t: Test, world: World, browser: Visitor, path: string, answer: { status: number, code: string },
  what: string): Promise<void> {
  const findings = new Findings()
  const before = (await browser.call('/private')).json() as { sub?: string, session?: { id: string } }
  const events = world.events.length
  const response = await browser.navigate(path, { accept: 'application/json', 'sec-fetch-site': 'cross-site' })
  findings.same({ status: response.statusCode, code: (response.json() as { code: string }).code }, answer, 'answer')
  findings.same(sessionCookiesSet(response), [], 'session cookies set')
  findings.same(world.events.slice(events).map(({ type, outcome, reason }) => ({ type, outcome, reason })), [{
    type: 'login',
    outcome: 'failure',
    reason: answer.code
  }], 'exactly one event, with the code')
  findings.same(world.leaks(response.body), [], 'secrets')
  const after = (await browser.call('/private')).json() as { sub?: string, session?: { id: string } }
  findings.same([after.sub, after.session?.id], [before.sub, before.session?.id], 'the session')
  t.strictSame(findings.problems, [], `${what}: refused with ${answer.status} ${answer.code}`)
}

const refused = { status: 400, code: 'start_link_user_error' }

for (
  const [kind, options, back] of [
    ['link', linking, backFrom],
    ['connect', connecting,
      async (world: World, browser: Visitor) =>
        `/auth/callback?connect_code=connect-code-1&state=${connectState(world, await browser.navigate(begin))}`]
  ] as const
) {
  scenario(`LK-02 what A began, B does not finish: ${kind}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const path = await back(world, browser)
    const kept = browser.cookies.filter(({ name }) => isTransactionCookie(name))
    await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    t.strictSame(browser.names().filter(isTransactionCookie), [], 'the logout ends what was begun')
    world.idp.user = { sub: 'auth0|somebody-else' }
    await world.login(browser)
    const home = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
    t.not(home.statusCode, 200)
    t.strictSame(sessionCookiesSet(home), [])
    for (const { name, value } of kept) browser.plant(name, value)
    await refuses(t, world, browser, path, refused, 'even with the cookie of the request')
    const nobody = world.browser()
    for (const { name, value } of kept) nobody.plant(name, value)
    await refuses(t, world, nobody, path, { status: 400, code: 'missing_transaction_error' }, 'and not a second time')
    t.equal(world.idp.count('complete'), 0)
  }, options)
}

for (
  const [kind, options, back] of [['link', linking, '/auth/connect/callback'], ['connect', connecting,
    '/auth/callback']] as const
) {
  scenario(`a refusal of the provider is no login, and leaves the session alone: ${kind}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const started = await browser.navigate(begin)
    const state = kind === 'connect'
      ? connectState(world, started)
      : new URL(String(started.headers.location)).searchParams.get('state')
    const calls = world.idp.count('token')
    await refuses(t, world, browser, `${back}?error=access_denied&error_description=No&state=${state}`, {
      status: 403,
      code: 'access_denied'
    }, kind)
    t.equal(world.idp.count('token'), calls, 'nothing is redeemed')
    t.equal(world.idp.count('complete'), 0)
    t.strictSame(browser.names().filter(isTransactionCookie), [], 'the request is over')
  }, options)
}

scenario('LK-03 the answer is of another user', async (t, world) => {
  for (const claims of [{ sub: 'github|1' }, { sub: '' }]) {
    const { browser, back } = await underWay(t, world)
    const defects: Defects = { idToken: { payload: correct => ({ ...correct, ...claims }) } }
    await world.during(defects, async () =>
      await refuses(t, world, browser, back,
        claims.sub === '' ? { status: 502, code: 'token_validation_error' } : refused, JSON.stringify(claims)))
  }
  const { browser, back } = await underWay(t, world)
  const before = (await browser.call('/private')).json()
  const done = await browser.navigate(back, { 'sec-fetch-site': 'cross-site' })
  t.equal(done.headers.location, '/private', 'control')
  t.equal((await browser.call('/private')).json().session.id, before.session.id, 'the session goes on')
}, linking)

function connectState (world: World,
  response: { statusCode: number, headers: Record<string, unknown>, body: string }): string {
  if (response.statusCode !== 302) throw new Error(`connecting did not start: ${response.statusCode} ${response.body}`)
  return (JSON.parse(world.idp.last('connect').body) as { state: string }).state
}

scenario('LK-04 the answer of a connection is used once, by its own request', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const state = connectState(world, await browser.navigate(begin))
  t.equal(JSON.parse(world.idp.last('connect').body).scopes, undefined, 'those of the connection')
  const path = `/auth/callback?connect_code=connect-code-1&state=${state}`
  const other = await browser.navigate(path.replace(state, `${state}x`), { 'sec-fetch-site': 'cross-site' })
  t.equal(other.headers.location, '/', 'another state: home, where the user is logged in')
  t.equal(world.idp.count('complete'), 0)
  t.equal((await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })).headers.location, '/private', 'control')
  t.match(JSON.parse(world.idp.last('complete').body), {
    connect_code: 'connect-code-1',
    auth_session: /^auth-session-/
  })
  await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
  t.equal(world.idp.count('complete'), 1, 'not again')
  const wrong: Defects = {
    answers: {
      complete: () =>
        json({
          title: 'Invalid',
          type: 'https://auth0.com/api-errors/A0E-400-0003',
          status: 400,
          detail: 'Invalid auth_session'
        }, 400)
    }
  }
  const second = connectState(world, await browser.navigate(begin))
  await world.during(wrong,
    async () =>
      await refuses(t, world, browser, `/auth/callback?connect_code=connect-code-1&state=${second}`, {
        status: 502,
        code: 'my_account_api_error'
      }, 'another auth_session'))
  const third = connectState(world, await browser.navigate(begin))
  await refuses(t, world, browser, `/auth/callback?code=a-code&state=${third}`, {
    status: 400,
    code: 'missing_required_argument_error'
  }, 'an answer of another kind')
}, connecting)

scenario('LK-06 another site does not connect accounts', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const attempts: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }
  ]
  for (const headers of attempts) {
    const response = await browser.navigate('/auth/connect?connection=evil', { accept: 'application/json', ...headers })
    t.equal(response.statusCode, 403)
    t.equal(response.json().code, 'cross_site_request')
  }
  const foreign = await browser.navigate('/auth/connect?connection=evil', own)
  t.equal(foreign.statusCode, 403)
  t.equal(foreign.json().code, 'connection_not_allowed')
  t.strictSame(browser.names().filter(isTransactionCookie), [], 'nothing was begun')
  t.equal((await browser.navigate('/auth/connect?connection=github')).statusCode, 302, 'control')
}, { plugin: { mountConnectRoutes: true, allowConnect: (_request, { connection }) => connection === 'github' } })

for (
  const [mode, query] of [['mountConnectRoutes', 'connectionScope=repo%20admin'], ['mountConnectedAccountRoutes',
    'scopes=repo&scopes=admin']] as const
) {
  scenario(`LK-07 a link asks for no more than is allowed, with ${mode}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const response = await browser.navigate(`/auth/connect?connection=github&${query}`, own)
    t.equal(response.statusCode, 403)
    t.equal(response.json().code, 'connection_not_allowed')
    t.strictSame(browser.names().filter(isTransactionCookie), [])
    t.equal(
      (await browser.navigate(`/auth/connect?connection=github&${query.replace(/(%20|&scopes=)admin/, '')}`))
        .statusCode,
      302,
      'control'
    )
  }, {
    plugin: { [mode]: true, allowConnect: async (_request, { scopes }) => scopes.every(scope => scope === 'repo') }
  })
}

scenario('LK-08 an ID token that has expired is renewed before it serves as a hint', async (t, world) => {
  const soon: Defects = { idToken: { payload: correct => ({ ...correct, exp: Number(correct.iat) + 300 }) } }
  const { browser } = await succeeds(t, world, soon)
  const first = new URL(await world.start(browser, begin)).searchParams.get('id_token_hint')
  t.equal(first, world.idp.lastIdToken, 'control: a good one as it is')
  world.advance(290)
  const calls = world.idp.count('token')
  const hint = new URL(await world.start(browser, begin)).searchParams.get('id_token_hint')
  t.equal(world.idp.count('token'), calls + 1, 'one refresh')
  t.equal(hint, world.idp.lastIdToken)
  t.not(hint, first)
  await world.during(soon, async () => {
    const { browser } = await succeeds(t, world, soon)
    world.advance(301)
    const bare: Defects = { answers: { token: correct => changed(correct, { id_token: undefined }) } }
    const response = await world.during(bare, () => browser.navigate(begin, own))
    t.equal(response.statusCode, 400)
    t.equal(response.json().code, 'start_link_user_error', 'or a typed error')
  })
}, linking)
