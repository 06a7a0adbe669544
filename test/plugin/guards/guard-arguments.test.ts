import t from 'tap'
import { AccessTokenError, ConfigurationError, type ForbiddenError } from '../../../lib/errors.js'
import { kRegistration } from '../../../lib/plugin/request/registration.js'
import { beforeStart, factory, refuseUncalled } from '../../../lib/plugin/guards/factory.js'
import { PASS, type Guard } from '../../../lib/plugin/guards/guard/guard.js'
import { requireClaims } from '../../../lib/plugin/guards/require-claims.js'
import { requireFreshLogin } from '../../../lib/plugin/guards/require-fresh-login.js'
import { requireMfa } from '../../../lib/plugin/guards/require-mfa.js'
import { requireOrganization } from '../../../lib/plugin/guards/require-organization.js'
import { requirePermissions } from '../../../lib/plugin/guards/require-permissions.js'
import { requireSessionOrToken } from '../../../lib/plugin/guards/require-session-or-token.js'
import { requireToken } from '../../../lib/plugin/guards/token/require-token.js'
import { toolScopes } from '../../../lib/plugin/guards/token/tool-scopes.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('what guards take', async t => {
  for (const maxAge of [0, 1]) t.type(requireFreshLogin({ maxAge }), 'function')
  for (const options of [undefined, {}, { maxAge: -1 }, { maxAge: 0.5 }, { maxAge: '1' }, { maxAge: NaN }]) {
    t.match(await errorOf(() => requireFreshLogin(given(options))), { option: 'requireFreshLogin' },
      JSON.stringify(options))
  }
  for (const demand of ['org_1', () => 'org_1']) t.type(requireOrganization(given(demand)), 'function')
  for (const demand of [undefined, '', ' ', 7, {}]) {
    t.match(await errorOf(() => requireOrganization(given(demand))), { option: 'requireOrganization' })
  }
  for (const tools of [{}, { a: [] }, { a: 'x y', '*': ['z'] }]) t.type(toolScopes(given(tools)), 'function')
  for (const tools of [undefined, null, [], 'a']) {
    t.match(await errorOf(() => toolScopes(given(tools))), { option: 'toolScopes' })
  }
  for (const scopes of [undefined, 7, '', 'x  y', [''], ['x', 7], {}]) {
    t.match(await errorOf(() => toolScopes(given({ a: scopes }))), { option: 'toolScopes.a' }, JSON.stringify(scopes))
  }
  t.type(requirePermissions('a', 'b'), 'function')
  for (const names of [[], [''], ['a', ''], ['a', 7], [['a']]]) {
    t.match(await errorOf(() => requirePermissions(...given(names) as string[])), { option: 'requirePermissions' })
  }
  for (const value of ['a', 1, false, null, ['a', 1, true, null]]) {
    t.type(requireClaims({ a: given(value) }), 'function')
  }
  for (const demands of [undefined, null, 'a', [], {}, { a: [] }, { a: undefined }, { a: NaN }, { a: Infinity },
    { a: {} }, { a: [{}] }, { a: ['b', {}] }, { a: () => true }]) {
    t.match(await errorOf(() => requireClaims(given(demands))), { option: 'requireClaims' }, JSON.stringify(demands))
  }
})

t.test('a factory is called before the application starts, and by nobody but the application', async t => {
  const made: unknown[][] = []
  const make = factory('makes', (...args: unknown[]) => {
    made.push(args)
    return () => PASS
  })
  let started = false
  const early = beforeStart(make, () => started)
  const fine = [[], [undefined], [null], ['raw'], [{ raw: 1 }], [{ server: 1 }], [{}, { raw: 1, server: 1 }]]
  for (const args of fine) {
    t.type(early(...args), 'function')
    t.strictSame(made.splice(0), [args])
  }
  for (const called of [make, early]) {
    t.match(await errorOf(() => called({ raw: {}, server: {} })), { option: 'makes', message: /makes\(…\)/ })
    t.match(await errorOf(() => refuseUncalled(called)), { option: 'makes' })
  }
  for (const other of [undefined, 7, make(), () => {}]) t.doesNotThrow(() => refuseUncalled(other))
  for (const [name, guard] of Object.entries({
    requireClaims,
    requireFreshLogin,
    requireMfa,
    requireOrganization,
    requirePermissions,
    requireSessionOrToken,
    requireToken,
    toolScopes
  })) t.match(await errorOf(() => guard(given({ raw: {}, server: {} }))), { option: name })
  started = true
  t.match(await errorOf(() => early()), { option: 'makes', message: /auth0.makes" must be called before/ })
  t.doesNotThrow(() => make())
})

/** Who asks: a session, or the claims of an access token that a guard before has verified. */
interface Caller {
  user?: object
  token?: object
  /** Whether the session must be waited for. */
  slow?: boolean
  /** What becomes of the session's access token. */
  error?: Error
  /** Gets the message of a refusal. */
  tell?: (message: string) => void
}

/** `'passed'`, the error that is thrown on, or status, code and how often the caller was turned away by name. */
async function ask (guard: Guard, { user, token, slow, error, tell }: Caller, names?: object): Promise<unknown> {
  const session = user && { record: { user, issuer: 'https://i/' } }
  const reasons: string[] = []
  const answer: Record<string, unknown> = {}
  const reply: Record<string, unknown> = { sent: false, raw: { writeHead () {} } }
  for (const name of ['code', 'type', 'header', 'serializer', 'send']) {
    reply[name] = (value: unknown, more?: unknown) => {
      answer[more === undefined ? name : String(value)] = more ?? value
      reply.sent ||= name === 'send'
      return reply
    }
  }
  const requestContext = { bearerToken: token && { claims: token }, session: null, touches: true, jar: { get () {} } }
  const context = {
    config: {
      onUnauthenticated: '401',
      issuer: 'https://i/',
      formerIssuers: [],
      clockTolerance: 5,
      audience: error && 'urn:api',
      api: { claims: names, dpop: 'allowed' },
      routes: {},
      sessionCookie: {},
      appBases: []
    },
    cookieNames: { suffix: () => 'x' },
    now: () => 1000,
    emit: ({ reason }: { reason: string }) => { reasons.push(reason) },
    sessions: {
      read: () => slow === true ? Promise.resolve(session) : session,
      tokens: () => { throw error }
    }
  }
  const request = {
    headers: {},
    method: 'GET',
    routeOptions: { config: {} },
    server: {
      errorHandler: { name: 'defaultErrorHandler' },
      [kRegistration]: { context, requestContext: () => requestContext }
    }
  }
  try {
    const verdict = guard(given(request), given(reply))
    await verdict
    if (reply.sent !== true) return slow === true || verdict === PASS ? 'passed' : 'passed late'
  } catch (thrown) {
    const { code, message } = thrown as ForbiddenError
    tell?.(message)
    return thrown === error ? 'thrown on' : [403, code, reasons]
  }
  return [answer.code, (JSON.parse(String(answer.send)) as { code: string }).code, reasons]
}

t.test('whom a guard asks about', async t => {
  const guard = requireClaims({ role: 'admin' })
  const [admin, other] = [{ role: 'admin' }, { role: 'user' }]
  const none = [401, 'login_required', ['login_required']]
  const not = [403, 'insufficient_claims', ['insufficient_claims']]
  for (const slow of [false, true]) {
    for (const [user, verdict] of [[admin, 'passed'], [other, not], [undefined, none]] as const) {
      t.strictSame(await ask(guard, { slow, ...(user && { user }) }), verdict, `a session, ${slow}`)
    }
  }
  t.strictSame(await ask(guard, { token: admin }), 'passed')
  t.strictSame(await ask(guard, { token: admin, user: other }), 'passed', 'the token speaks')
  t.strictSame(await ask(guard, { token: other, user: admin }), not)
  const said: string[] = []
  const tell = (message: string) => said.push(message)
  for (const demands of [{ role: 'a', level: 1 }, () => false]) {
    await ask(requireClaims(given(demands)), { user: {}, tell })
  }
  t.match(said, [/It depends on: role, level\.$/, /allowed to do this\.$/], 'which claims, where that can be told')
})

t.test('a second factor of a session and of a token', async t => {
  const acr = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
  const refused = (code: string) => [401, code, [code]]
  for (const [claims, names, ofToken, ofSession] of [
    [{ amr: ['pwd', 'mfa'] }, undefined, true, true], [{ amr: ['pwd'] }, undefined, false, false],
    [{ acr }, undefined, true, true], [{ acr }, { acr: 'x' }, false, true], [{ x: acr }, { acr: 'x' }, true, false]
  ] as const) {
    const what = JSON.stringify([claims, names])
    t.strictSame(await ask(requireMfa(), { token: claims }, names),
      ofToken ? 'passed' : refused('insufficient_user_authentication'), what)
    t.strictSame(await ask(requireMfa(), { user: claims }, names), ofSession ? 'passed' : refused('mfa_required'), what)
  }
})

t.test('claims and organizations', async t => {
  const verdict = async (guard: Guard, user: object) => {
    const given = await ask(guard, { user, slow: true })
    return Array.isArray(given) ? given[1] as string : given
  }
  for (const [wanted, claim, passes] of [
    ['a', 'a', true], ['a', 'b', false], ['a', ['b', 'a'], true], ['a', ['b'], false],
    [['a', 'b'], ['b', 'c', 'a'], true],
    [['a', 'b'], ['a'], false], [['a'], 'a', false], [null, null, true], [1, '1', false], [false, false, true]
  ] as const) {
    t.equal(await verdict(requireClaims({ x: given(wanted) }), { x: claim }), passes ? 'passed' : 'insufficient_claims',
      JSON.stringify([wanted, claim]))
  }
  t.equal(await verdict(requireClaims({ x: null }), {}), 'insufficient_claims')
  t.equal(await verdict(requireClaims({ toString: 'a', x: 'a' }), { x: 'a' }), 'insufficient_claims', 'both')
  for (const [result, passes] of [[true, true], [false, false], ['true', false], [undefined, false]] as const) {
    for (const rule of [() => result, async () => result]) {
      t.equal(await verdict(requireClaims(given(rule)), {}), passes ? 'passed' : 'insufficient_claims', String(result))
    }
  }
  const user = { org_id: 'org_1' }
  for (const [result, passes] of [['org_1', true], ['org_2', false], [undefined, false]] as const) {
    for (const rule of [() => result, async () => result, ...result === undefined ? [] : [result]]) {
      t.equal(await verdict(requireOrganization(given(rule)), user), passes ? 'passed' : 'wrong_organization')
    }
  }
})

t.test('permissions of a session and of a token', async t => {
  const guard = requirePermissions('read', 'write')
  const not = [403, 'insufficient_permissions', ['insufficient_permissions']]
  for (const [permissions, verdict] of [
    [['write', 'x', 'read'], 'passed'], [['read'], not], [[], not], ['read write', not], [undefined, not]
  ] as const) {
    t.strictSame(await ask(guard, { user: { permissions } }), verdict)
    t.strictSame(await ask(guard, { token: { permissions } }), verdict)
    t.strictSame(await ask(guard, { token: { permissions }, user: { permissions: ['read', 'write'] } }), verdict)
  }
  const refused = (statusCode: number) => Object.assign(new AccessTokenError('missing_session', 'y'), { statusCode })
  const odd = Object.assign(new ConfigurationError('x', 'y'), { statusCode: 401 })
  for (const [error, verdict] of [
    [refused(401), [401, 'login_required', ['login_required']]], [refused(502), 'thrown on'], [odd, 'thrown on']
  ] as const) t.strictSame(await ask(guard, { user: {}, error }), verdict, `${error.name} ${error.statusCode}`)
})

t.test('the moment of a login, by the names that access tokens have for it', async t => {
  const guard = requireFreshLogin({ maxAge: 10 })
  const old = (code: string) => [401, code, [code]]
  for (const [claims, names, ofToken, ofSession] of [
    [{ auth_time: 985 }, undefined, true, true], [{ auth_time: 984 }, undefined, false, false],
    [{ auth_time: 1005 }, undefined, true, true], [{ auth_time: 1006 }, undefined, false, false],
    [{}, undefined, false, false], [{ x: 985 }, { authTime: 'x' }, true, false],
    [{ auth_time: 985 }, { authTime: 'x' }, false, true]
  ] as const) {
    const what = JSON.stringify([claims, names])
    t.strictSame(await ask(guard, { token: claims }, names),
      ofToken ? 'passed' : old('insufficient_user_authentication'), what)
    t.strictSame(await ask(guard, { user: claims }, names), ofSession ? 'passed' : old('fresh_login_required'), what)
  }
})
