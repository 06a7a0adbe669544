import type { Test } from 'tap'
import { Findings, isSessionCookie, markOf, scenario, type World, type WorldOptions } from './app.js'
import { canaryUser, changed, json, type AnswerDefect, type IdTokenDefect } from './idp.js'
import { rsaKey } from '../fixtures/jws.js'

/** Delays from here on are waits between polls, not the limits of requests. */
const LONG = 4000

/** What `loginBackchannel()` may be given by the query. */
interface Asked {
  bindingMessage?: string
  abort?: string
  requestedExpiry?: string
}

const ciba: WorldOptions = {
  plugin: { httpTimeout: 2 },
  routes: app => {
    app.get<{ Querystring: Asked }>('/ciba', async request => {
      const { bindingMessage = 'order 1', abort, requestedExpiry } = request.query
      const { session } = await request.auth0.loginBackchannel({
        bindingMessage,
        loginHint: { sub: canaryUser.sub },
        ...(abort !== undefined && { signal: AbortSignal.timeout(Number(abort)) }),
        ...(requestedExpiry !== undefined && { requestedExpiry: Number(requestedExpiry) })
      })
      const { accessToken, scope, expiresAt } = await request.auth0.getAccessToken({ scope: '' })
      return { same: session.user.sub === canaryUser.sub, mark: markOf(accessToken), scope, expiresAt }
    })
  }
}

/** Runs `work` while long waits take no time; tells the seconds of each. The world's clock goes along. */
async function inFastTime (world: World, work: () => Promise<unknown>): Promise<number[]> {
  const waits: number[] = []
  const real = globalThis.setTimeout
  globalThis.setTimeout = ((done: () => void, delay = 0) => {
    if (delay < LONG) return real(done, delay)
    waits.push(delay / 1000)
    world.advance(delay / 1000)
    return real(done, 0)
  }) as typeof setTimeout
  try {
    await work()
  } finally {
    globalThis.setTimeout = real
  }
  return waits
}

const pending: AnswerDefect = () => json({ error: 'authorization_pending', error_description: 'pending' }, 400)

/** Answers of the token endpoint, one after the other; then correct ones. */
function first (...answers: AnswerDefect[]): AnswerDefect {
  let nth = 0
  return async (correct, request, count) => await (answers[nth++] ?? (answer => answer))(correct, request, count)
}

/** The login does not happen; says what was answered, and asserts that nothing is left of it. */
async function fails (t: Test, world: World, answer: { status: number, code: string }, calls: number,
  query = ''): Promise<void> {
  const findings = new Findings()
  const browser = world.browser()
  const before = world.idp.count('token')
  const response = await browser.call(`/ciba${query}`)
  findings.same({ status: response.statusCode, code: (response.json() as { code: string }).code }, answer, 'answer')
  findings.same(world.idp.count('token') - before, calls, 'polls')
  findings.same(browser.names().filter(isSessionCookie), [], 'session cookies')
  findings.same(world.leaks(response.body), [], 'secrets')
  t.strictSame(findings.problems, [], `fails with ${answer.status} ${answer.code}`)
}

for (
  const [name, start, polls, waits] of [
    ['CI-01 no interval: 5 s', { interval: undefined }, [], [5]],
    ['CI-01 an interval that is none: 5 s', { interval: '0' }, [], [5]],
    ['CI-02 slow_down makes the interval longer, and it stays so', {}, ['slow_down', 'slow_down',
      'authorization_pending'], [5, 10, 15, 15]],
    ['CI-03 an interval of 31 s is kept to, before the first poll as well', { interval: 31 }, ['authorization_pending'],
      [31, 31]]
  ] as const
) {
  scenario(name, async (t, world) => {
    const browser = world.browser()
    const found = await inFastTime(world, async () =>
      await world.during({
        answers: {
          'bc-authorize': correct => changed(correct, start),
          token: first(...polls.map((error): AnswerDefect => () => json({ error }, 400)))
        }
      }, async () => {
        const response = await browser.call('/ciba')
        t.equal(response.statusCode, 200, response.body)
      }))
    t.strictSame(found, waits)
    t.equal((await browser.call('/private')).statusCode, 200, 'a session began')
  }, ciba)
}

scenario('CI-04 auth_req_id or expires_in missing', async (t, world) => {
  for (
    const members of [{ auth_req_id: undefined }, { auth_req_id: 7 }, { auth_req_id: '' }, { auth_req_id: 'a b' }, {
      expires_in: undefined
    }, { expires_in: 0 }, { expires_in: '120' }, { expires_in: 1e9 }]
  ) {
    await world.during({ answers: { 'bc-authorize': correct => changed(correct, members) } }, () =>
      fails(t, world, { status: 502, code: 'invalid_response' }, 0))
  }
}, ciba)

scenario('CI-05 an error that is an answer ends the polling at once', async (t, world) => {
  for (
    const [error, status] of [['access_denied', 403], ['expired_token', 400], ['transaction_failed', 502], [
      'invalid_request',
      502
    ]] as const
  ) {
    await inFastTime(world, async () =>
      await world.during({
        answers: { token: () => json({ error, error_description: 'no' }, 400) }
      }, () => fails(t, world, { status, code: error }, 1)))
  }
}, ciba)

scenario('CI-07 a user who never answers', async (t, world) => {
  const started = world.clock.now
  await inFastTime(world,
    async () =>
      await world.during({ answers: { token: pending } }, () =>
        fails(t, world, { status: 400, code: 'expired_token' }, 23)))
  t.ok(world.clock.now - started <= 120, 'not longer than the request lives')
}, ciba)

scenario('CI-07 a caller who gives up leaves no timer behind', async (t, world) => {
  const timers = new Set<unknown>()
  const { setTimeout: start, clearTimeout: stop } = globalThis
  globalThis.setTimeout = ((done: () => void, delay = 0) => {
    const timer = start(done, delay)
    if (delay >= LONG) timers.add(timer)
    return timer
  }) as typeof setTimeout
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    timers.delete(timer)
    stop(timer)
  }) as typeof clearTimeout
  try {
    await fails(t, world, { status: 502, code: 'aborted' }, 0, '?abort=30')
    t.equal(timers.size, 0)
  } finally {
    Object.assign(globalThis, { setTimeout: start, clearTimeout: stop })
  }
}, ciba)

scenario('CI-08 binding messages Auth0 would refuse are not sent', async (t, world) => {
  for (
    const message of ['<b>order</b>', 'line\nline', 'x'.repeat(1000), 'x'.repeat(65), 'order 🦄', 'a&b=c', '"quoted"']
  ) {
    await fails(t, world, { status: 400, code: 'invalid_argument' }, 0,
      `?bindingMessage=${encodeURIComponent(message)}`)
  }
  await fails(t, world, { status: 400, code: 'missing_required_argument_error' }, 0, '?bindingMessage=')
  t.equal(world.idp.count('bc-authorize'), 0, 'nothing was sent')
}, ciba)

scenario('CI-11 a request Auth0 refuses is not polled for', async (t, world) => {
  for (
    const [status, error, answered] of [[400, 'unknown_user_id', 502], [400, 'expired_login_hint_token', 502], [400,
      'invalid_binding_message', 502], [403, 'access_denied', 403], [429, 'too_many_requests', 503]] as const
  ) {
    const echo: AnswerDefect = (_correct, request) =>
      json({ error, error_description: `no: ${request.body} ${request.form.get('client_secret')}` }, status)
    await world.during({ answers: { 'bc-authorize': echo } }, () =>
      fails(t, world, { status: answered, code: error }, 0))
  }
}, ciba)

scenario('CI-12 scope and expires_in missing in the token answer', async (t, world) => {
  const browser = world.browser()
  await inFastTime(world, async () =>
    await world.during({
      answers: { token: correct => changed(correct, { scope: undefined, expires_in: undefined }) }
    }, async () => {
      const response = await browser.call('/ciba')
      t.equal(response.statusCode, 200, response.body)
    }))
  t.equal((await browser.call('/private')).statusCode, 200, 'a session began')
  const calls = world.idp.count('token')
  const token = await browser.call('/token')
  t.equal(token.json().scope, 'openid profile email offline_access', 'granted is what was asked')
  t.equal(world.idp.count('token'), calls + 1, 'a token whose end is not known is renewed')
}, ciba)

scenario('the ID token of a login on another device is verified in full', async (t, world) => {
  const payload = (change: Record<string, unknown>): IdTokenDefect => ({
    payload: correct => ({ ...correct, ...change })
  })
  const cases: [IdTokenDefect, string][] = [
    [{ key: rsaKey('key-3').privateKey }, 'token_validation_error'],
    [payload({ aud: 'another-client' }), 'token_validation_error'],
    [payload({ exp: 1 }), 'token_validation_error'],
    [payload({ iss: 'https://other.auth0.test/' }), 'issuer_validation_error'],
    [{ token: () => undefined }, 'token_validation_error']
  ]
  for (const [idToken, code] of cases) {
    await inFastTime(world, async () =>
      await world.during({ idToken }, () => fails(t, world, { status: 401, code }, 1)))
  }
  await inFastTime(world, async () => t.equal((await world.browser().call('/ciba')).statusCode, 200, 'control'))
}, ciba)

scenario('a login on another device is a session of its own in a browser that somebody else used', async (t, world) => {
  const browser = world.browser()
  world.idp.user = { sub: 'auth0|somebody-else', 'https://x.test/roles': ['admin'] }
  await world.login(browser)
  const before = (await browser.call('/private')).json().session
  const copy = browser.copy()
  world.idp.user = canaryUser
  await inFastTime(world, async () => t.equal((await browser.call('/ciba')).statusCode, 200))
  const { session } = (await browser.call('/private')).json()
  t.match(session, { user: { sub: canaryUser.sub, name: canaryUser.name }, sid: /^sid-/ },
    'with all that the ID token says')
  t.equal(session.user['https://x.test/roles'], undefined)
  t.not(session.sid, before.sid)
  t.not(session.id, before.id)
  t.equal((await copy.call('/private')).statusCode, 401, 'the session before is over')
}, ciba)

scenario('a login on another device sends what it was given, and nothing of the login page', async (t, world) => {
  await inFastTime(world, async () => t.equal((await world.browser().call('/ciba?requestedExpiry=90')).statusCode, 200))
  const { form } = world.idp.last('bc-authorize')
  t.strictSame([...form.keys()].sort(), ['binding_message', 'client_id', 'client_secret', 'login_hint',
    'requested_expiry', 'scope'])
  t.equal(form.get('requested_expiry'), '90')
}, {
  ...ciba,
  plugin: {
    ...ciba.plugin,
    authorizationParams: {
      redirect_uri: 'https://app.example.test/auth/callback',
      prompt: 'login',
      max_age: 60,
      connection: 'db',
      ui_locales: 'de'
    }
  }
})

scenario("a login on another device ends with the identity provider's session", async (t, world) => {
  const ceiling = (at: number) => ({
    idToken: { payload: (correct: Record<string, unknown>) => ({ ...correct, session_expiry: Math.floor(at) }) }
  })
  await inFastTime(world,
    async () =>
      await world.during(ceiling(world.clock.now + 10), () =>
        fails(t, world, { status: 401, code: 'session_expired' }, 1)))
  const browser = world.browser()
  await inFastTime(world, async () => await world.during(ceiling(world.clock.now + 600), () => browser.call('/ciba')))
  t.equal((await browser.call('/private')).statusCode, 200, 'control')
  world.advance(590)
  t.equal((await browser.call('/private')).statusCode, 401, 'and one that began ends with it')
}, ciba)
