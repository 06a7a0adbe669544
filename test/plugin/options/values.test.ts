import t from 'tap'
import { ConfigurationError } from '../../../lib/errors.js'
import { parseOptions } from '../../../lib/plugin/options/options.js'
import { at, defaults, parse, PEM, store, tls } from './given-options.js'

/** What the refusal of a value says, without the name of the option; undefined when it is taken. */
function refusal (path: string, value: unknown, beside: object = {}): string | undefined {
  try {
    parse({ ...beside, ...at(path, value) })
    return undefined
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    const { option, message } = error
    return option === path || option.startsWith(`${path}.`) || option.startsWith(`${path}[`)
      ? message
      : `refused ${option}: ${message}`
  }
}

t.test('every default', async t => {
  const { now, ...config } = parse({})
  const cookie = {
    name: undefined,
    sameSite: 'lax',
    secure: undefined,
    domain: undefined,
    path: '/',
    partitioned: false,
    transient: false
  }
  t.strictSame({ ...config, resources: [...config.resources] }, {
    ...defaults,
    managementDomain: undefined,
    formerIssuers: [],
    resolveDomain: undefined,
    assertion: undefined,
    tls: undefined,
    requestObject: undefined,
    dispatcher: undefined,
    customFetch: undefined,
    appBases: [{ origin: 'https://app.example.com', basePath: '', secure: true }],
    sessionSecrets: ['a session secret of enough characters'],
    audience: undefined,
    authorizationParams: {},
    organization: undefined,
    allowOrganization: undefined,
    allowConnect: undefined,
    sessionStore: undefined,
    transactionStore: undefined,
    revocationStore: undefined,
    refreshStore: undefined,
    lifetime: { rolling: true, inactivityDuration: 86_400, absoluteDuration: 259_200, touchAfter: 8640 },
    sessionCookie: cookie,
    deviceBound: undefined,
    transactionCookie: cookie,
    routes: {
      login: '/auth/login',
      callback: '/auth/callback',
      logout: '/auth/logout',
      backchannelLogout: '/auth/backchannel-logout',
      connect: undefined,
      connectCallback: undefined,
      unconnect: undefined,
      unconnectCallback: undefined,
      profile: undefined,
      session: undefined,
      protectedResource: undefined,
      deviceRegistration: undefined,
      deviceRefresh: undefined
    },
    connectMode: undefined,
    dpop: undefined,
    beforeSessionSaved: undefined,
    onError: undefined,
    onCallbackError: undefined,
    onEnterpriseLogin: undefined,
    logoutUrl: undefined,
    logoutParams: {},
    importSessions: undefined,
    onEvent: undefined,
    api: {},
    pages: undefined,
    resources: []
  })
  t.strictSame(parse({ sessionConfiguration: { deviceBound: true } }).deviceBound, {
    refreshAfter: 600,
    required: false
  })
  const all = parse({
    mountConnectRoutes: true,
    routes: { profile: true, session: true, protectedResource: true },
    sessionConfiguration: { deviceBound: true }
  }).routes
  t.strictSame(all, {
    login: '/auth/login',
    callback: '/auth/callback',
    logout: '/auth/logout',
    backchannelLogout: '/auth/backchannel-logout',
    connect: '/auth/connect',
    connectCallback: '/auth/connect/callback',
    unconnect: '/auth/unconnect',
    unconnectCallback: '/auth/unconnect/callback',
    profile: '/auth/profile',
    session: '/auth/session',
    protectedResource: '/.well-known/oauth-protected-resource',
    deviceRegistration: '/auth/dbsc/register',
    deviceRefresh: '/auth/dbsc/refresh'
  })
  const api = parseOptions({ domain: 'a.eu.auth0.com', mountRoutes: false, api: { audience: 'x' } }, '', false)
  t.match(api, { apiOnly: true, clientId: '', sessionSecrets: [/^[\da-f]{64}$/] })
})

t.test('numbers at both ends of what is accepted', async t => {
  const year = 31_536_000
  const beside = { sessionConfiguration: { absoluteDuration: year } }
  for (const [path, least, most, step = 1] of [
    ['sessionConfiguration.inactivityDuration', 1, year],
    ['sessionConfiguration.absoluteDuration', 1, year],
    ['sessionConfiguration.touchAfter', 0, year],
    ['sessionConfiguration.cacheEntries', 0, 1_000_000],
    ['sessionConfiguration.storeTimeout', 0.05, 60, 0.01],
    ['sessionConfiguration.deviceBound.refreshAfter', 180, 86_400],
    ['transactionConfiguration.duration', 30, 86_400],
    ['discoveryCache.ttl', 0, 86_400],
    ['discoveryCache.maxEntries', 1, 10_000],
    ['httpTimeout', 0.05, 300, 0.01],
    ['clockTolerance', 0, 300],
    ['mfaTokenTtl', 1, 3600],
    ['refreshLeeway', 0, 3600],
    ['api.cacheEntries', 0, 1_000_000],
    ['api.dpopProofAge', 30, 3600]
  ] as const) {
    t.equal(refusal(path, least, beside), undefined, `${path}: ${least}`)
    t.equal(refusal(path, most, beside), undefined, `${path}: ${most}`)
    for (const wrong of [least - step, most + step, NaN, Infinity, String(least), null, true]) {
      const got = typeof wrong === 'number' ? String(wrong) : '(null|true|a string of \\d+ characters)'
      t.match(refusal(path, wrong, beside),
        new RegExp(`^Option "${path}" must be a (number of seconds|whole number) from ${least} to ${most}; ` +
          `got ${got}\\.$`),
        `${path}: ${String(wrong)}`)
    }
  }
})

t.test('every word that is accepted, and none besides', async t => {
  const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']
  const signed = { signedAuthorizationRequests: true, requestObjectSigningKey: PEM }
  for (const [path, words, beside = {}] of [
    ['clientSecretMethod', ['post', 'basic']],
    ['clientAssertionSigningAlg', algorithms, { clientSecret: undefined, clientAssertionSigningKey: PEM }],
    ['requestObjectSigningAlg', algorithms, signed],
    ['idTokenSigningAlg', [...algorithms, 'HS256']],
    ['onRefreshStoreError', ['fail', 'alone']],
    ['logoutStrategy', ['oidc', 'v2']],
    ['sessionConfiguration.onStoreError', ['fail', 'anonymous']],
    ['sessionConfiguration.cookie.sameSite', ['lax', 'strict', 'none']],
    ['transactionConfiguration.cookie.sameSite', ['lax', 'none']],
    ['api.dpop', ['allowed', 'required', 'disabled']],
    ['pages.texts.dir', ['ltr', 'rtl']],
    ['onUnauthenticated', ['auto', 'login', '401', '/', '/welcome']]
  ] as [string, string[], object?][]) {
    for (const word of words) t.equal(refusal(path, word, beside), undefined, `${path}: ${word}`)
    for (const wrong of ['', 'none ', null, 5, true, [words[0]]]) {
      t.match(refusal(path, wrong, beside), /^Option "/, `${path}: ${String(wrong)}`)
    }
  }
  for (const algorithm of algorithms) t.equal(refusal('api.signingAlgs', [algorithm]), undefined)
  for (const wrong of [[], ['HS256'], ['RS256', 'none'], 'RS256', null, {}]) {
    t.match(refusal('api.signingAlgs', wrong), /a list of RS256, RS384, .*EdDSA; got/)
  }
  t.match(refusal('logoutStrategy', 'v3'), /must be one of 'oidc', 'v2'; got a string of 2 characters\.$/)
})

interface Values {
  take: unknown[]
  refuse: unknown[]
}

type Kind = [path: string, kind: Values, says: RegExp, beside?: object]

t.test('each kind of value: what is taken, and what is refused in which words', async t => {
  const fn = (): void => {}
  const signed = { signedAuthorizationRequests: true, requestObjectSigningKey: PEM }
  const assertion = { clientSecret: undefined, clientAssertionSigningKey: PEM }
  const bound = { sessionConfiguration: { deviceBound: true } }
  const s = (count: number): string => 's'.repeat(count)
  const flag = { take: [true, false], refuse: ['yes', 1, null] }
  const text = { take: ['x', ' x '], refuse: ['', ' ', 5, null, ['x'], fn] }
  const callable = { take: [fn, async () => {}], refuse: ['x', {}, null, true] }
  const textOrFunction = { take: ['x.example.com', fn], refuse: ['', 5, null, {}] }
  const list = { take: [[], ['x'], ['x', 'y']], refuse: ['x', [''], ['x', 5], null, {}] }
  const cookieName = {
    take: ['x', "!#$%&'*+-.^_`|~0Az", s(64)], refuse: ['', s(65), 'a;b', 'a=b', 'a b', 'ä', 5, null]
  }
  const cookiePath = { take: ['/', '/x/y'], refuse: ['', 'x', '/x;y', '/x y', '/x\ny', '/x\u007f', 5, null] }
  const cookieDomain = {
    take: ['example.com', '.example.com', 'localhost', 'A-1.example.COM'],
    refuse: ['', 'a..b', 'a.', 'a;b', 'a b', 'ä.example.com', 5, null]
  }
  const audience = { take: ['x', ['x'], ['x', 'y']], refuse: ['', [], [''], ['x', ''], ['x', 5], 5, null, {}] }
  const page = {
    take: ['https://x.example.com/a?b', 'HTTP://x.example.com'], refuse: ['', '/x', 'ftp://x', 'https://', 5, null]
  }
  const resource = 'api.resources'
  const kinds: Kind[] = [
    ...['allowPrivateDomains', 'pushedAuthorizationRequests', 'allowSessionTransfer', 'mountRoutes',
      'mountConnectRoutes', 'mountConnectedAccountRoutes', 'fetchUserInfo', 'storeIdToken', 'storeConnectionTokens',
      'sessionConfiguration.rolling', 'sessionConfiguration.encryptAtRest', 'sessionConfiguration.cookie.partitioned',
      'sessionConfiguration.cookie.transient', 'sessionConfiguration.deviceBound.required',
      'transactionConfiguration.cookie.partitioned', 'api.strictType', 'api.scopeLists', 'api.dpopNonce']
      .map(path => [path, flag, /true or false/] as Kind),
    ...['clientId', 'clientSecret', 'audience', 'api.claims.authTime', 'api.claims.acr', 'pages.texts.lang',
      'pages.texts.home', 'pages.texts.messages.access_denied', 'authorizationParams.audience',
      'authorizationParams.organization', 'authorizationParams.invitation']
      .map(path => [path, text,
        path === 'audience' ? /non-empty string|the API that a login/ : /a non-empty string/] as Kind),
    ['clientAssertionSigningKeyId', text, /a non-empty string/, assertion],
    ['requestObjectSigningKeyId', text, /a non-empty string/, signed],
    ...['allowOrganization', 'allowConnect', 'beforeSessionSaved', 'onError', 'onCallbackError', 'onEnterpriseLogin',
      'onEvent', 'customFetch', 'api.mtls'].map(path =>
      [path, callable, /a function/] as Kind),
    ['domain', textOrFunction, /a non-empty string|host/],
    ['organization', textOrFunction, /a non-empty string/],
    ['managementDomain', { take: ['x.example.com'], refuse: ['', 5, null, fn] }, /./],
    ['formerDomains', {
      take: [[], ['x.example.com', 'https://y.example.com/']],
      refuse: ['x', [''], [5], ['a/b'],
        null]
    },
    /./],
    ['sessionSecret', { take: [s(32), [s(32)], [s(32), s(33)]], refuse: [s(31), [], [s(32), s(31)], [5], 5, null] },
      /at least 32 characters/],
    ['scope', { take: ['x', { a: 'x' }, {}], refuse: ['', ' ', 5, null, ['x'], { a: 5 }, { a: 'x', b: null }] },
      /a string of scopes, or an object/],
    ['authorizationParams.scope', { take: ['x'], refuse: ['', 5, null] }, /a string of scopes, or an object/],
    ['authorizationParams', { take: [{}, fn, { ui_locales: 'de' }], refuse: ['x', 5, null, []] },
      /an object or a function of the request/],
    ['clientAssertionSigningKey', { take: [PEM, { kty: 'RSA' }], refuse: ['x', '', 5, null, true] }, /a PKCS #8 PEM/,
      { clientSecret: undefined }],
    ['requestObjectSigningKey', { take: [PEM, { kty: 'RSA' }], refuse: ['x', '', 5, null, true] }, /a PKCS #8 PEM/,
      { signedAuthorizationRequests: true }],
    ['tls', { take: [tls], refuse: [null, 5, 'x', {}, { cert: tls.cert }, { key: tls.key }] },
      /an object with "cert" and "key"/, { clientSecret: undefined }],
    ['dpop', { take: [true, false], refuse: [null, 5, 'x', {}, { key: null }] }, /true or \{ key \}/],
    ['appBaseUrl', {
      take: ['https://a.example.com', 'http://localhost:3000/base/', ['https://a.example.com',
        'https://b.example.com']],
      refuse: ['x', '/x', 5, null, {}, [], ['https://a.example.com', 'x']]
    }, /an absolute URL such as https:\/\/app\.example\.com, or a list/],
    ['appBaseUrl', {
      take: [], refuse: ['ftp://x', 'https://u@x', 'https://:p@x', 'https://x/?q', 'https://x/#f', 'javascript:x']
    }, /an http\(s\) URL without user, query or fragment/],
    ['onUnauthenticated', { take: [fn], refuse: ['x', '//x', '/\\x', {}, null] },
      /'auto', 'login', '401', a path or a function; got/],
    ['now', { take: [() => 0, () => 1e11 - 1], refuse: [() => 1e11, () => NaN, () => -Infinity, () => '5'] },
      /a function that returns epoch seconds/],
    ['now', { take: [], refuse: [5, 'x', null] }, /must be a function;/],
    ['sessionStore', { take: [store('create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list')], refuse: [] },
      /./],
    ...['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'].map(left => ['sessionStore', {
      take: [],
      refuse: [store(...['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'].filter(m => m !== left))]
    }, new RegExp(`a SessionStore \\(missing: ${left}\\)`)] as Kind),
    ['sessionStore', { take: [], refuse: [null, 5, 'x'] }, /missing: create, get/],
    ['sessionStore', { take: [], refuse: [store('deleteByLogoutToken', 'get', 'set', 'delete')] },
      /made for @auth0\/auth0-fastify or nextjs-auth0\. Give fromAuth0Store\(store\), from/],
    ['sessionStore', { take: [], refuse: [store('get', 'set', 'destroy')] },
      /made for @fastify\/session or express-session\. Give fromSessionStore\(store\), from/],
    ['sessionStore', { take: [], refuse: [store('create', 'destroy'), store('create', 'deleteByLogoutToken')] },
      /missing: get, update/],
    ['transactionStore', { take: [store('set', 'take', 'delete')], refuse: [store('take', 'delete')] }, /missing: set/],
    ['transactionStore', { take: [], refuse: [store('set', 'delete')] }, /a TransactionStore \(missing: take/],
    ['transactionStore', { take: [], refuse: [store('set', 'take')] }, /missing: delete/],
    ['revocationStore', { take: [store('revoke', 'revokedAt')], refuse: [store('revoke')] },
      /a RevocationStore \(missing: revokedAt/],
    ['revocationStore', { take: [], refuse: [store('revokedAt')] }, /missing: revoke\)/],
    ['refreshStore', { take: [store('get', 'set', 'lock')], refuse: [store('set', 'lock')] },
      /a RefreshStore \(missing: get\)/],
    ['refreshStore', { take: [], refuse: [store('get', 'lock')] }, /missing: set\)/],
    ['dispatcher', { take: [store('dispatch')], refuse: [{}, null] }, /an undici Dispatcher \(missing: dispatch\)/],
    ['telemetry', {
      take: [true, false, { name: 'x', version: '1' }],
      refuse: [{ name: 'x' }, { version: '1' }, 'x',
        null]
    },
    /true, false or \{ name, version \}/],
    ['routes', { take: [{}], refuse: [[], null, 'x', 5] }, /an object; got/],
    ['sessionConfiguration', { take: [{}], refuse: [[], null, 'x'] }, /an object; got/],
    ['sessionConfiguration.cookie.name', cookieName, /a cookie name: 1 to 64/],
    ['sessionConfiguration.cookie.path', cookiePath, /a path that begins with "\/"/],
    ['sessionConfiguration.cookie.domain', cookieDomain, /a host name/],
    ['transactionConfiguration.cookie.name', cookieName, /a cookie name: 1 to 64/],
    ['sessionConfiguration.deviceBound', { take: [true, false, {}, { required: true }], refuse: ['x', 5, null, []] },
      /true, false or \{ refreshAfter, required \}/],
    ['importSessions.auth0Fastify', {
      take: [{ secret: 'x' }, { secret: ['x', 'y'], name: 'n', path: '/', domain: 'd' }],
      refuse: [{}, { secret: '' }, { secret: [] }, { secret: ['x', ''] }, { secret: 5 }]
    }, /the other library's secret/],
    ['importSessions.expressOpenidConnect', { take: [{ secret: 'x' }], refuse: [{}] }, /the other library's secret/],
    ['logoutUrl', {
      take: ['/', '/bye', 'https://x.example.com/bye'],
      refuse: ['', 'x', '//x', '/\\x', 5, null, 'ftp://x',
        'https://u:p@x.example.com']
    }, /a path that begins with "\/", or an absolute https URL/],
    ['logoutParams', { take: [{}, { a: 'b' }], refuse: ['x', null, [], 5] }, /an object of strings/],
    ['pages', { take: [{}, fn], refuse: ['x', 5, true] }, /an object or a function/],
    ['pages', { take: [], refuse: [null, []] }, /must be an object;/],
    ['pages.texts.messages', { take: [{}, { a: 'b' }], refuse: ['x', null, []] },
      /an object of sentences by error code/],
    ['api.audience', audience, /an API identifier or a list/],
    ['api.scopes', list, /a list of strings/],
    ['api.issuers', { take: [[], ['x.example.com'], fn], refuse: ['x', [''], [5], null, {}] }, /a list of strings/],
    ['api.secret', { take: [s(32), 'ä'.repeat(16)], refuse: [s(31), 'ä'.repeat(15), 5, null] },
      /a string of at least 32 characters/],
    [resource, { take: [], refuse: [{}, null, [], 'x'] }, /an object of paths and their resources/],
    ...['/', '/mcp', '/a/b-c.d~e_f/1', '/...'].map(path =>
      [resource, { take: [{ [path]: {} }], refuse: [] }, /./] as Kind),
    ...['', 'mcp', '/mcp/', '//mcp', '/a//b', '/:id', '/%61', '/.', '/..', '/a/..', '/a/./b'].map(path =>
      [resource, { take: [], refuse: [{ [path]: {} }] }, /must have paths such as '\/mcp' as its names/] as Kind),
    [resource, { take: [], refuse: [{ '/mcp': null }, { '/mcp': [] }, { '/mcp': 'x' }] },
      /\['\/mcp'\]" must be an object such as/],
    ...([['audience', audience], ['scopes', list], ['name', text], ['documentation', page], ['policy', page],
      ['termsOfService', page], ['dpop', { take: ['allowed', 'required', 'disabled'], refuse: ['', null] }],
      ['allowedOrigins', {
        take: [[], ['https://x.example.com', 'HTTP://LOCALHOST:1', 'vscode-file://vscode-app', 'a+b-1.c://x']],
        refuse: ['x', ['x'], ['https://x/'], ['https://x?q'], ['https://x#f'], ['https://u@x'], ['https:// x'],
          ['1a://x'],
          [5], null]
      }],
      ['metadata', { take: [{}, { jwks_uri: 'x' }], refuse: [null, [], 'x', { resource: 'x' }] }]] as [string,
      Values][]).map(([name, { take, refuse }]) => [resource, {
      take: take.map(value => ({ '/mcp': { [name]: value } })),
      refuse: refuse.map(value => ({ '/mcp': { [name]: value } }))
    }, new RegExp(`^Option "api\\.resources\\['/mcp'\\]\\.${name}(\\.\\w+)?" must`)] as Kind),
    ['routes.login', {
      take: ['/x', '/a-b/c.d~e_f/%20', false],
      refuse: ['x', '', '//x', '/\\x', '/:id', '/*', 5, null,
        true]
    },
    /a path that begins with "\/", or false/],
    ['routes.profile', { take: ['/x', true, false], refuse: ['x', 5, null] }, /a path that begins with "\/", or false/],
    ['routes.deviceRefresh', { take: ['/x'], refuse: [true, 5] }, /a path that begins with "\/"/, bound],
    ['routes.deviceRefresh', { take: [], refuse: [false] }, /must not be false with/, bound],
    ['routes.deviceRegistration', { take: [false], refuse: ['/x', true] }, /must not be given without/]
  ]
  for (const [path, { take, refuse }, says, beside = {}] of kinds) {
    const both = { ...beside, ...path.startsWith('mountConnect') && { mountConnectRoutes: false } }
    for (const value of take) t.equal(refusal(path, value, both), undefined, `${path} takes ${shown(value)}`)
    for (const value of refuse) t.match(refusal(path, value, both), says, `${path} refuses ${shown(value)}`)
  }
})

function shown (value: unknown): string {
  return typeof value === 'function' ? 'a function' : JSON.stringify(value) ?? String(value)
}

t.test('values that are described, not shown', async t => {
  for (const [value, as] of [
    [null, 'null'], [undefined, undefined], [[1, 2], 'an array of 2'], [true, 'true'], ['', 'an empty string'],
    ['secret', 'a string of 6 characters'], [{}, 'an object'], [5, 'a number'], [Symbol('x'), 'a symbol']
  ] as const) {
    t.equal(refusal('onEvent', value), as && `Option "onEvent" must be a function; got ${as}.`)
  }
})
