import type { RouteOptions } from 'fastify'
import t from 'tap'
import {
  ApiError, ForbiddenError, NetworkError, OrganizationTokenValidationError, StepUpRequiredError, TimeoutError,
  TokenValidationError
} from '../../../lib/errors.js'
import type { Config } from '../../../lib/flows/config.js'
import { configGuards } from '../../../lib/plugin/guards/config-guards.js'
import { requireClaims } from '../../../lib/plugin/guards/require-claims.js'
import { requireFreshLogin } from '../../../lib/plugin/guards/require-fresh-login.js'
import { requireOrganization } from '../../../lib/plugin/guards/require-organization.js'
import { requirePermissions } from '../../../lib/plugin/guards/require-permissions.js'
import {
  challenges, insufficientAuthentication, MALFORMED, NO_CREDENTIALS, offered, refusalOf, withoutOfflineAccess,
  WRONG_SCHEME, type ChallengeFacts, type Refusal
} from '../../../lib/plugin/guards/token/challenge.js'
import { presentsOnce, readCredentials } from '../../../lib/plugin/guards/token/credentials.js'
import { checkAudience, isFixed, isForeign, resourceOf } from '../../../lib/plugin/guards/token/resource.js'
import { checkTokenDemands } from '../../../lib/plugin/guards/token/token-demands.js'
import { toolScopes } from '../../../lib/plugin/guards/token/tool-scopes.js'
import { calledTools } from '../../../lib/plugin/guards/token/tool-calls.js'
import { anonymous } from '../../../lib/plugin/guards/token/require-token.js'
import { checkBeforeHandler } from '../../../lib/plugin/guards/last-check.js'
import { answerOf, nameOfRoute, optedOut } from '../../../lib/plugin/guards/route-config.js'
import { declarationOf } from '../../../lib/plugin/guards/written-route.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('what the errors of a check mean for the caller', async t => {
  const cases: [error: unknown, refusal: object | undefined][] = [
    [new NetworkError('down'), { statusCode: 503, code: 'network_error', error: undefined }],
    [new TimeoutError('late'), { statusCode: 503, code: 'timeout', error: undefined }],
    [new ApiError({ code: 'x', message: 'm', status: 500 }), { statusCode: 503, code: 'x', error: undefined }],
    [new ForbiddenError('insufficient_actor', 'who acts'),
      { statusCode: 403, error: 'insufficient_actor', code: 'insufficient_actor', message: 'who acts' }],
    [new ForbiddenError('insufficient_permissions', 'more'),
      { statusCode: 403, error: 'insufficient_scope', code: 'insufficient_scope', message: 'more' }],
    [new OrganizationTokenValidationError('org_id', 'another'),
      { statusCode: 403, error: 'insufficient_scope', code: 'wrong_organization', message: 'another' }],
    [new TokenValidationError('expired', 'old'),
      { statusCode: 401, error: 'invalid_token', code: 'invalid_token', message: 'old' }],
    ...(['invalid_dpop_proof', 'use_dpop_nonce'] as const).map((code): [unknown, object] =>
      [new TokenValidationError('nonce', 'proof', { code }), { statusCode: 401, error: code, code }]),
    [new StepUpRequiredError('again', { maxAge: 60, acrValues: 'gold' }), {
      statusCode: 401,
      error: 'insufficient_user_authentication',
      code: 'insufficient_user_authentication',
      authentication: { maxAge: 60, acrValues: 'gold' }
    }],
    [new Error('bug'), undefined],
    [undefined, undefined]
  ]
  for (const [error, refusal] of cases) {
    if (refusal === undefined) t.equal(refusalOf(error), undefined)
    else t.match(refusalOf(error), refusal, String(error))
  }
})

t.test('challenges name each scheme, what is wrong, and what would help', async t => {
  const facts: ChallengeFacts = { mode: 'allowed', scopes: [], metadataUrl: undefined }
  const wrong: Refusal = { statusCode: 401, error: 'invalid_token', code: 'invalid_token', message: 'a "b"\n' }
  t.strictSame([given('allowed'), 'required', 'disabled'].map(mode => offered(given(mode))),
    [['Bearer', 'DPoP'], ['DPoP'], ['Bearer']])
  t.strictSame(challenges(facts, undefined, NO_CREDENTIALS), ['Bearer realm="api"', 'DPoP realm="api", algs="ES256"'])
  const described = 'error="invalid_token", error_description="a \'b\' "'
  t.strictSame(challenges(facts, 'Bearer', wrong), [`Bearer realm="api", ${described}`,
    'DPoP realm="api", algs="ES256"'])
  t.strictSame(challenges(facts, 'DPoP', wrong), ['Bearer realm="api"',
    `DPoP realm="api", ${described}, algs="ES256"`])
  t.strictSame(challenges({ ...facts, mode: 'disabled' }, 'DPoP', wrong), [`Bearer realm="api", ${described}`],
    'a scheme that is not taken')
  const more: ChallengeFacts = { mode: 'allowed', scopes: ['a', 'offline_access', 'b'], metadataUrl: 'https://x/"' }
  t.strictSame(challenges(more, undefined, NO_CREDENTIALS), [
    'Bearer realm="api", scope="a b", resource_metadata="https://x/\'"',
    'DPoP realm="api", scope="a b", algs="ES256", resource_metadata="https://x/\'"'
  ])
  t.match(challenges(more, 'DPoP', wrong)[0], /^Bearer realm="api", resource_metadata/, 'scopes stand with the error')
  t.match(challenges(more, 'DPoP', wrong)[1], 'scope="a b"')
  const forbidden: Refusal = { statusCode: 403, error: 'insufficient_scope', code: 'insufficient_scope', message: 'm' }
  t.match(challenges(more, 'Bearer', forbidden)[0], 'scope="a b"')
  const elsewhere: Refusal = { ...forbidden, code: 'wrong_organization' }
  t.notMatch(challenges(more, 'Bearer', elsewhere)[0], 'scope="', 'no scope would help')
  const again = insufficientAuthentication(new StepUpRequiredError('again', { maxAge: 0, acrValues: 'gold' }))
  t.match(challenges(facts, 'Bearer', again)[0], 'acr_values="gold", max_age="0"')
  const plain = insufficientAuthentication(new StepUpRequiredError('again', {}))
  t.notMatch(challenges(facts, 'Bearer', plain)[0], /acr_values|max_age/)
  const long = challenges({ ...facts, scopes: ['s'.repeat(1001)], metadataUrl: 'm'.repeat(2001) }, 'Bearer',
    { ...wrong, message: 'x'.repeat(201), authentication: { maxAge: undefined, acrValues: 'g'.repeat(1001) } })[0]!
  for (const text of ['s'.repeat(1000), 'm'.repeat(2000), 'x'.repeat(200), 'g'.repeat(1000)]) {
    t.match(long, `="${text}"`, `${text.length} characters`)
  }
  const known = [NO_CREDENTIALS, MALFORMED, WRONG_SCHEME]
  t.strictSame(known.map(({ statusCode, error, code }) => [statusCode, error, code]),
    [[401, undefined, 'missing_token'], [400, 'invalid_request', 'invalid_request'],
      [401, 'invalid_token', 'invalid_token']])
  t.strictSame(withoutOfflineAccess(), [])
})

t.test('credentials', async t => {
  const cases: [header: string | undefined, credentials: unknown][] = [
    [undefined, 'none'], ['', 'none'], ['Basic abc', 'none'], ['Bearerabc', 'none'],
    ['Bearer', 'malformed'], ['Bearer ', 'malformed'], ['Bearer a b', 'malformed'], ['Bearer a,b', 'malformed'],
    ['Bearer abc==', { token: 'abc==', scheme: 'Bearer' }], ['bearer  abc ', { token: 'abc', scheme: 'Bearer' }],
    ['DPOP a.b-c~d+e/f_', { token: 'a.b-c~d+e/f_', scheme: 'DPoP' }]
  ]
  for (const [header, credentials] of cases) t.strictSame(readCredentials(header), credentials, String(header))
  const raw = (...rawHeaders: string[]) => presentsOnce({ rawHeaders })
  t.ok(presentsOnce({}))
  t.ok(raw('Authorization', 'Bearer a', 'X', 'Authorization'))
  t.notOk(raw('Authorization', 'Bearer a', 'authorization', 'Bearer b'))
  t.ok(raw('Authorization', 'Bearer a', 'authorisation', 'x', 'authorizations', 'x'))
  t.strictSame(['/x', '/x?a=1', '/?access_token=1', '/?a=1&access_token', '/access_token'].map(url =>
    presentsOnce({ url })), [true, true, false, false, true])
})

t.test('the tools that a request calls', async t => {
  const call = (name?: unknown) => ({ method: 'tools/call', params: { name } })
  const tools = (body: unknown, headers: object = {}, method = 'POST') => calledTools(given({ method, headers, body }))
  t.strictSame(tools(call('a')), ['a'])
  t.strictSame(tools([call('a'), { method: 'ping' }, null, call('b')]), ['a', 'b'])
  t.strictSame(tools(JSON.stringify(call('a'))), ['a'])
  t.strictSame(tools(Buffer.from(JSON.stringify([call('a')]))), ['a'])
  t.strictSame(tools(new Uint8Array(Buffer.from(JSON.stringify(call('ä'))))), ['ä'])
  t.strictSame(tools(Object.assign(Object.create(null), call('a'))), ['a'])
  t.strictSame(tools(call(7)), [''], 'a call of no name')
  t.strictSame(tools({ method: 'tools/call' }), [''])
  t.strictSame(tools({ method: 'tools/call', params: null }), [''])
  t.strictSame(tools({ method: 'tools/list', params: { name: 'a' } }), [])
  for (const body of ['{', '7', 'null', 7, true, new Date(0), new Map()]) t.equal(tools(body), undefined, String(body))
  t.strictSame(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', ''].map(method => tools(undefined, {}, method)),
    [[], [], [], [], undefined, undefined, undefined])
  t.strictSame([null, undefined].map(body => tools(body)), [undefined, undefined])
  const named = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': ' a ' }
  t.strictSame(tools(undefined, named), ['a'])
  t.strictSame(tools(call('b'), named), ['b', 'a'], 'both count')
  t.strictSame(tools(undefined, { ...named, 'mcp-name': '=?base64?w6Q=?=' }), ['ä'])
  t.strictSame(tools(undefined, { ...named, 'mcp-method': 'tools/list' }), [])
  for (const changes of [{ 'mcp-protocol-version': '2026-07-27' }, { 'mcp-protocol-version': undefined },
    { 'mcp-protocol-version': '3026' }, { 'mcp-method': undefined }, { 'mcp-name': undefined }]) {
    t.equal(tools(undefined, { ...named, ...changes }), undefined, JSON.stringify(changes))
  }
})

t.test('the resource and the audience that a guard is for', async t => {
  const one = { audience: 'https://a/mcp' }
  const config = (resources: [string, object][], audience?: string, own?: string) =>
    given({ api: { audience: own }, audience, resources: new Map(resources) }) as Config
  const single = config([['/mcp', one]])
  t.equal(resourceOf(single, given({})), one)
  t.equal(resourceOf(single, given({ audience: 'x' })), undefined)
  t.equal(resourceOf(config([['/mcp', one]], 'x'), given({})), undefined)
  t.equal(resourceOf(config([['/mcp', one]], undefined, 'x'), given({})), undefined)
  t.equal(resourceOf(config([]), given({})), undefined)
  const two = config([['/mcp', one], ['/other', {}]])
  t.equal(resourceOf(two, given({})), undefined)
  t.equal(resourceOf(two, given({ resource: '/mcp' })), one)
  t.match(await errorOf(() => resourceOf(two, given({ resource: '/mpc' }))),
    { option: 'requireToken.resource', message: /among "api.resources".*"\/mcp"/ })
  t.match(await errorOf(() => resourceOf(config([]), given({ resource: '/mcp' }))),
    { option: 'requireToken.resource', message: /must have it/ })
  for (const enough of [single, config([], 'x'), config([], undefined, 'x')]) {
    t.doesNotThrow(() => checkAudience(enough, given({})))
  }
  t.doesNotThrow(() => checkAudience(config([]), given({ audience: 'x' })))
  t.match(await errorOf(() => checkAudience(config([]), given({}))), { option: 'api.audience' })
  t.strictSame([undefined, one, {}].map(resource => isFixed(given(resource))), [true, true, false])
  const listed = given({ allowedOrigins: new Set(['https://a']) })
  const foreign = (resource: unknown, origin?: string) => isForeign(given(resource), given({ headers: { origin } }))
  t.strictSame([foreign(listed), foreign(listed, 'https://A'), foreign(listed, 'https://b'), foreign({}, 'https://b')],
    [false, false, true, false])
})

t.test('what a token guard demands', async t => {
  t.strictSame(checkTokenDemands(given({ scopes: 'a b', permissions: ['c'], audience: ['x', 'y'], actor: 'none' })),
    { scopes: ['a', 'b'], permissions: ['c'], audience: ['x', 'y'], actor: 'none' })
  t.strictSame(checkTokenDemands({ audience: 'a b' }), { audience: 'a b' }, 'one audience')
  t.strictSame([checkTokenDemands(given({ optional: true })), checkTokenDemands({})].map(anonymous), [[{}], []])
  for (const actor of ['required', () => true]) t.ok(checkTokenDemands(given({ actor })))
  for (const maxAge of [0, 315_360_000]) t.ok(checkTokenDemands({ maxAge }))
  const cases: [option: string, demands: unknown][] = [
    ['', undefined], ['', null], ['', 'read'], ['.scopes', { scopes: [] }], ['.scopes', { scopes: '' }],
    ['.scopes', { scopes: ['a', ''] }], ['.scopes', { scopes: ['a', 7] }], ['.scopes', { scopes: 7 }],
    ['.scopes', { scopes: undefined }], ['.audience', { audience: [] }], ['.audience', { audience: '' }],
    ['.audience', { audience: 'a', resource: '/b' }], ['.maxAge', { maxAge: -1 }], ['.maxAge', { maxAge: 315_360_001 }],
    ['.actor', { actor: 'some' }], ['.optional', { optional: 'yes' }], ['.scope', { scope: 'a' }]
  ]
  for (const [option, demands] of cases) {
    t.match(await errorOf(() => checkTokenDemands(given(demands))), { option: `requireToken${option}` },
      JSON.stringify(demands))
  }
})

t.test('the guards that a route declares', async t => {
  const count = (declared: unknown) => configGuards(given(declared), 'GET /x').length
  const cases: [declared: unknown, guards: number][] = [
    [false, 0], [{}, 0], [{ session: true }, 1], [{ session: false }, 0], [{ token: true }, 1], [{ token: {} }, 1],
    [{ token: false }, 0], [{ sessionOrToken: true }, 1], [{ sessionOrToken: { scopes: 'a' } }, 1],
    [{ sessionOrToken: false }, 0], [{ ownSession: true }, 1], [{ ownSession: false }, 0], [{ sameOrigin: true }, 1],
    [{ sameOrigin: false }, 0], [{ organization: 'org_1' }, 1], [{ claims: { a: 1 } }, 1], [{ permissions: 'a' }, 1],
    [{ permissions: ['a', 'b'] }, 1], [{ freshLogin: { maxAge: 1 } }, 1], [{ mfa: true }, 1], [{ mfa: false }, 0],
    [{ public: true }, 0], [{ touch: false }, 0], [{ onUnauthenticated: '401' }, 0],
    [{ session: true, mfa: true, ownSession: true }, 3], [{ public: false, session: true }, 1]
  ]
  for (const [declared, guards] of cases) t.equal(count(declared), guards, JSON.stringify(declared))
  const refused: [option: string, declared: unknown][] = [
    ['config.auth0', { token: true, session: true }], ['config.auth0', { token: true, sessionOrToken: true }],
    ['config.auth0', { sessionOrToken: true, session: true }], ['config.auth0.public', { public: true, mfa: true }],
    ['config.auth0.mfa', { mfa: 'yes' }], ['requirePermissions', { permissions: [] }],
    ['requireFreshLogin', { freshLogin: {} }]
  ]
  for (const [option, declared] of refused) {
    t.match(await errorOf(() => configGuards(given(declared), 'GET /x')),
      { option, message: / The route GET \/x declares it\.$/, cause: { option } }, JSON.stringify(declared))
  }
})

t.test('what routes say of themselves', async t => {
  t.strictSame([undefined, {}, { public: false }, { public: true }, false].map(declared => optedOut(given(declared))),
    [false, false, false, true, true])
  t.equal(nameOfRoute({ method: ['GET', 'HEAD'], url: '/x' }), 'GET, HEAD /x')
  t.equal(nameOfRoute({ method: 'GET', url: '/' }), 'GET /')
  const answer = (auth0: unknown) => answerOf(given({ routeOptions: { config: { auth0 } } }))
  t.strictSame([undefined, false, {}, { onUnauthenticated: '401' }].map(answer),
    [undefined, undefined, undefined, '401'])
  const session = { session: true }
  const declared = declarationOf(given({ config: { auth0: session } }))
  t.strictSame(declared, session)
  t.not(declared, session, 'a copy')
  t.strictSame([{}, { config: {} }, { config: { auth0: false } }].map(route => declarationOf(given(route))),
    [undefined, undefined, false])
})

t.test('a handler that gets no request of ours does not run', async t => {
  let runs = 0
  const run = () => ++runs
  const route = { method: 'GET', url: '/x', handler: run, wsHandler: undefined } as unknown as RouteOptions
  checkBeforeHandler(route, [])
  t.not(route.handler, run)
  t.notOk(route.wsHandler)
  for (const args of [[], [{}, {}], [null, 'x']]) {
    t.match(await errorOf(() => (route.handler as (...args: unknown[]) => unknown)(...args)),
      { code: 'configuration_error', option: 'hooks', message: /route GET \/x did not run/ })
  }
  t.equal(runs, 0)
})

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
