import { generateKeyPairSync } from 'node:crypto'
import fastify from 'fastify'
import t from 'tap'
import fastifyAuth0 from '../../../lib/index.js'
import { fromAuth0Store } from '../../../lib/stores/index.js'
import { rules } from '../../../lib/plugin/options/options-rules.js'
import { checkAppBases } from '../../../lib/plugin/options/app-base.js'
import { parseOptions } from '../../../lib/plugin/options/options.js'
import { nearestName, unknownName } from '../../../lib/base/nearest-name.js'
import type { Auth0Options } from '../../../types/index.js'
import { certificate } from '../../hostile/certificates.js'
import { defaults, good, tls } from './given-options.js'

const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const circle: Record<string, unknown> = {}
circle.self = circle
const PEM = '-----BEGIN PRIVATE KEY-----'
const store = (...methods: string[]): object => Object.fromEntries(methods.map(name => [name, () => {}]))

function parse (changes: object, production = false, prefix = '') {
  return parseOptions({ ...good, ...changes } as Auth0Options, prefix, production)
}

/** The members that are no objects, functions or `undefined`. */
function primitives (config: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => !['object', 'function', 'undefined']
    .includes(typeof value)))
}

t.test('defaults', async t => {
  const config = parse({})
  t.match(config, {
    domain: 'acme.eu.auth0.com',
    issuer: 'https://acme.eu.auth0.com/',
    appBases: [{ origin: 'https://app.example.com', basePath: '', secure: true }],
    scope: 'openid profile email offline_access',
    onUnauthenticated: 'auto',
    httpTimeout: 5,
    clockTolerance: 30,
    idTokenSigningAlg: 'RS256',
    lifetime: { rolling: true, inactivityDuration: 86_400, absoluteDuration: 259_200, touchAfter: 8640 },
    transactionDuration: 3600,
    routes: {
      login: '/auth/login',
      callback: '/auth/callback',
      logout: '/auth/logout',
      backchannelLogout: '/auth/backchannel-logout',
      profile: undefined,
      session: undefined,
      connect: undefined
    }
  })
  t.strictSame(primitives(config), defaults)
  t.strictSame(primitives(parse({ mountConnectRoutes: true })).storeIdToken, true, 'linking takes the ID token along')
  t.ok(Object.isFrozen(config))
  t.type(config.now(), 'number')
  t.ok(Math.abs(config.now() - Date.now() / 1000) < 5)
})

t.test('everything that may be given', async t => {
  const config = parse({
    prefix: '/p',
    managementDomain: 'acme.eu.auth0.com',
    logLevel: 'warn',
    clientSecret: undefined,
    clientAssertionSigningKey: { kty: 'RSA' },
    clientAssertionSigningAlg: 'PS256',
    clientAssertionSigningKeyId: 'k',
    signedAuthorizationRequests: true,
    appBaseUrl: ['https://a.example.com/base/', 'https://b.example.com'],
    sessionSecret: ['a session secret of enough characters', 'another session secret of enough chars'],
    audience: 'https://api',
    scope: { 'https://api': 'read' },
    authorizationParams: {
      redirect_uri: 'https://a.example.com/cb',
      scope: 'openid',
      response_mode: 'form_post',
      audience: 'x'
    },
    organization: 'org_1',
    onUnauthenticated: '/welcome',
    sessionStore: store('create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'),
    sessionConfiguration: {
      rolling: false,
      inactivityDuration: 60,
      absoluteDuration: 600,
      touchAfter: 5,
      cookie: {
        name: '__Secure-x',
        sameSite: 'strict',
        domain: 'example.com',
        path: '/x',
        secure: true,
        partitioned: true
      },
      cacheEntries: 0,
      encryptAtRest: false,
      onStoreError: 'anonymous',
      storeTimeout: 1
    },
    transactionConfiguration: { duration: 60, cookie: { name: 'tx' } },
    transactionStore: store('set', 'take', 'delete'),
    revocationStore: store('revoke', 'revokedAt'),
    mountConnectRoutes: true,
    routes: { login: '/in', profile: true, backchannelLogout: false },
    discoveryCache: { ttl: 5, maxEntries: 2 },
    dispatcher: store('dispatch'),
    httpTimeout: 1.5,
    telemetry: { name: 'x', version: '1' },
    dpop: { key: ecKey },
    mfaTokenTtl: 10,
    refreshLeeway: 0,
    api: { audience: ['https://api'], issuers: ['https://x/'], signingAlgs: ['RS256'], cacheEntries: 5 },
    now: () => 5
  }, true, '/p')
  t.match(config, {
    appBases: [{ basePath: '/base' }, { basePath: '' }],
    assertion: { alg: 'PS256', keyId: 'k' },
    connectMode: 'link',
    storeIdToken: true,
    routes: {
      login: '/in',
      profile: '/auth/profile',
      session: undefined,
      backchannelLogout: undefined,
      connect: '/auth/connect',
      connectCallback: '/auth/connect/callback'
    },
    dpop: { key: ecKey },
    prefix: '/p'
  })
  t.equal(config.now(), 5)
  t.match(parse({ mountConnectedAccountRoutes: true }), {
    connectMode: 'accounts',
    routes: { connect: '/auth/connect', connectCallback: undefined }
  })
  t.match(parse({ tls, clientSecret: undefined, dpop: true }), { dpop: { key: true } })
  t.match(parse({ dpop: false, telemetry: false, mountRoutes: false, routes: { protectedResource: '/meta' } }), {
    dpop: undefined,
    routes: { login: undefined, protectedResource: '/meta' }
  })
  t.match(parse({ clientAssertionSigningKey: PEM, idTokenSigningAlg: 'HS256' }), { assertion: { alg: 'RS256' } })
  t.match(
    parse({
      domain: async () => 'x.example.com',
      organization: () => undefined,
      authorizationParams: () => ({}),
      appBaseUrl: undefined
    }),
    { domain: undefined, appBases: [] }
  )
  const nothing = (names: readonly string[]): object => Object.fromEntries(names.map(name => [name, undefined]))
  const cookie = nothing(['name', 'sameSite', 'secure', 'domain', 'path', 'partitioned'])
  const absent = (all: object): object => ({ ...nothing(Object.keys(rules)), ...all })
  const now = (): number => 1
  const required = { domain: 'a.eu.auth0.com', clientId: 'c', clientSecret: 's', sessionSecret: 'x'.repeat(40), now }
  t.strictSame(parseOptions({
    ...absent(required),
    sessionConfiguration: {
      ...nothing(['rolling', 'inactivityDuration', 'absoluteDuration', 'touchAfter', 'cacheEntries', 'encryptAtRest',
        'onStoreError', 'storeTimeout']),
      cookie: { ...cookie, transient: undefined }
    },
    transactionConfiguration: { duration: undefined, cookie },
    discoveryCache: nothing(['ttl', 'maxEntries']),
    routes: nothing(['login', 'callback', 'logout', 'backchannelLogout', 'profile', 'protectedResource'])
  } as never, '', false), parseOptions(required, '', false), 'what is undefined is not given')
  t.match(parse({ clientSecret: undefined, useMtls: true, customFetch: fetch }), { mutualTls: true, tls: undefined })
  t.match(parse({ tls, clientSecret: undefined, useMtls: false }), { mutualTls: true })
  const signed = { signedAuthorizationRequests: true, requestObjectSigningKey: PEM, requestObjectSigningAlg: 'ES256' }
  t.match(parse(signed), {
    requestObject: { alg: 'ES256' },
    assertion: undefined
  })
  t.match(parse({ discoveryCache: { ttl: 0 } }), { discoveryTtl: 0 })
  // Else tokens of one known issuer push out the keys of another, and every token causes a fetch.
  const issuers = Array.from({ length: 150 }, (_, i) => `t${i}.example.com`)
  t.match([parse({ api: { issuers } }), parse({ api: { issuers }, discoveryCache: { maxEntries: 2 } }),
    parse({ api: { issuers }, discoveryCache: { maxEntries: 200 } }), parse({ api: { issuers: () => [] } }), parse({})],
  [{ maxDomains: 151 }, { maxDomains: 151 }, { maxDomains: 200 }, { maxDomains: 100 }, { maxDomains: 100 }])
  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA']) {
    t.match(parse({ idTokenSigningAlg: alg, api: { audience: 'https://api', signingAlgs: [alg] } }),
      { idTokenSigningAlg: alg, api: { signingAlgs: [alg] } })
  }
  const secret = 'é'.repeat(16)
  t.match(parse({ api: { audience: 'https://api', secret } }), { api: { secret } }, '32 bytes')
  t.match(parse({ sessionConfiguration: { cookie: { sameSite: 'none', partitioned: true } } }), {
    transactionCookie: { sameSite: 'none', partitioned: true }
  })
  t.match(parse({
    sessionConfiguration: { cookie: { sameSite: 'none' } },
    transactionConfiguration: { cookie: { sameSite: 'lax' } }
  }), { transactionCookie: { sameSite: 'lax' } })
  t.match(parse({ sessionConfiguration: { cookie: { sameSite: 'strict' } } }), {
    transactionCookie: { sameSite: 'lax' }
  })
  t.strictSame(parse({ sessionSecret: '0123456789abcdefghijklmnopqrstuv' }).sessionSecrets,
    ['0123456789abcdefghijklmnopqrstuv'], '32 characters are enough')
  t.match(parse({ sessionConfiguration: { absoluteDuration: 60 } }), { lifetime: { inactivityDuration: 60 } })
  t.match(
    parse({
      appBaseUrl: 'http://app.lan',
      sessionConfiguration: { cookie: { secure: false } },
      transactionConfiguration: { cookie: { secure: false } }
    }),
    { appBases: [{ secure: false }] }
  )
})

t.test('where refreshes are shared', async t => {
  t.match(parse({}), { refreshStore: undefined })
  const refreshStore = store('get', 'set', 'lock')
  const revocationStore = store('revoke', 'revokedAt')
  const both = store('revoke', 'revokedAt', 'get', 'set', 'lock')
  t.equal(parse({ revocationStore }).refreshStore, undefined)
  for (const [given, expected, onError] of [
    [{ refreshStore, revocationStore: both }, refreshStore, 'fail'],
    [{ revocationStore: both }, both, 'alone'],
    [{ revocationStore: both, onRefreshStoreError: 'fail' }, both, 'fail'],
    [{ refreshStore, onRefreshStoreError: 'alone' }, refreshStore, 'alone']
  ] as const) {
    const config = parse(given)
    t.equal(config.refreshStore, expected)
    t.equal(config.onRefreshStoreError, onError)
  }
})

const refused: [name: string, option: string, changes: object, says?: RegExp, production?: boolean][] = [
  ['a domain is required', 'domain', { domain: undefined }, /must be given/],
  ['a client id is required', 'clientId', { clientId: undefined }],
  ['all that is missing, together', 'domain',
    {
      domain: undefined, clientId: undefined, sessionSecret: undefined, clientSecret: undefined, appBaseUrl: undefined
    },
    /"domain", "clientId", "sessionSecret", "appBaseUrl", "clientSecret" must be given.*Host header/, true],
  ['an API with routes', 'clientId',
    { clientId: undefined, sessionSecret: undefined, clientSecret: undefined, api: { audience: 'https://api' } },
    /An API alone needs "domain" and "api.audience" only, with "mountRoutes: false"/],
  ['an API with a session option', 'clientId', {
    clientId: undefined,
    sessionSecret: undefined,
    clientSecret: undefined,
    mountRoutes: false,
    api: { audience: 'https://api' },
    sessionConfiguration: {}
  }],
  ['an empty client id', 'clientId', { clientId: ' ' }, /got a string of 1 characters/],
  ['a domain with a path', 'domain', { domain: 'https://acme.eu.auth0.com/path' }],
  ['plain http off loopback', 'domain', { domain: 'http://acme.eu.auth0.com' }],
  ['a number for a domain', 'domain', { domain: 5 }, /got a number/],
  ['a secret of digits, without showing it', 'clientSecret', { clientSecret: 12_345_678 }, /string; got a number\.$/],
  ['a number of seconds, and says which', 'httpTimeout', { httpTimeout: 5000 }, /got 5000/],
  ['mutual TLS without a certificate', 'useMtls', { clientSecret: undefined, useMtls: true }, /"customFetch"/],
  ['mutual TLS twice', 'useMtls', { clientSecret: undefined, tls, useMtls: true }, /must not be given beside "tls"/],
  ['a key for requests that are not signed', 'requestObjectSigningKey', { requestObjectSigningKey: PEM },
    /signedAuthorizationRequests/],
  ['an algorithm for requests without a key', 'requestObjectSigningAlg', { requestObjectSigningAlg: 'RS256' }],
  ['a clock of milliseconds', 'now', { now: Date.now }, /epoch seconds/],
  ['a clock at its end', 'now', { now: () => 1e11 }, /epoch seconds/],
  ['a clock that does not tell the time', 'now', { now: () => '5' }, /epoch seconds/],
  ["the callback's address for the application's", 'appBaseUrl', {
    appBaseUrl: 'https://app.example.com/auth/callback'
  }, /without the path of its callback/],
  ['a foreign scheme for the logout', 'logoutUrl', { logoutUrl: 'http://www.example.com' }],
  ['credentials in the address of the logout', 'logoutUrl', { logoutUrl: 'https://a:b@www.example.com' }],
  ['a relative place for the logout', 'logoutUrl', { logoutUrl: '//www.example.com' }],
  ['an unknown kind of logout', 'logoutStrategy', { logoutStrategy: 'v3' }],
  ['a logout parameter of the plugin', 'logoutParams.returnTo', { logoutParams: { returnTo: 'x' } }],
  ['a logout parameter that is no text', 'logoutParams.x', { logoutParams: { x: 1 } }],
  ['client credentials in the address of the login', 'authorizationParams.client_secret', {
    authorizationParams: { client_secret: 'x' }
  }],
  ['a client must authenticate', 'clientSecret', { clientSecret: undefined }],
  ['only one way to authenticate', 'clientAssertionSigningKey', { clientAssertionSigningKey: PEM }],
  ['a key that is not a PEM', 'clientAssertionSigningKey', { clientSecret: undefined, clientAssertionSigningKey: 'x' }],
  ['an algorithm without a key', 'clientAssertionSigningAlg', { clientAssertionSigningAlg: 'RS256' }],
  ['a key id without a key', 'clientAssertionSigningKeyId', { clientAssertionSigningKeyId: 'x' }],
  ['HS256 without a secret', 'idTokenSigningAlg', { clientSecret: undefined, tls, idTokenSigningAlg: 'HS256' }],
  ['an unknown algorithm', 'idTokenSigningAlg', { idTokenSigningAlg: 'none' }, /one of 'RS256'/],
  ['tls without a key', 'tls', { clientSecret: undefined, tls: { cert: 'c' } }],
  ['tls that is no PEM', 'tls', { clientSecret: undefined, tls: { cert: tls.cert, key: 'secret-of-the-key' } },
    /that are PEM/],
  ['tls of two pairs', 'tls', {
    clientSecret: undefined,
    tls: { cert: tls.cert, key: certificate({ name: 'other' }).key }
  }, /belong together/],
  ['tls with a dispatcher', 'tls', { clientSecret: undefined, tls, dispatcher: store('dispatch') },
    /must not be given beside/],
  ['tls with customFetch', 'tls', { clientSecret: undefined, tls, customFetch: fetch }, /must not be given beside/],
  ['customFetch with a dispatcher', 'customFetch', { customFetch: fetch, dispatcher: store('dispatch') }],
  ['a refresh store beside a session store', 'refreshStore', {
    refreshStore: store('get', 'set', 'lock'),
    sessionStore: store('create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list')
  }, /beside "sessionStore"/],
  ['a refresh store that cannot lock', 'refreshStore', { refreshStore: store('get', 'set') }, /missing: lock/],
  ['an unknown way without a refresh store', 'onRefreshStoreError', { onRefreshStoreError: 'anonymous' },
    /'fail', 'alone'/],
  ['a short secret', 'sessionSecret', { sessionSecret: 'short' }, /32 characters.*; got a string of 5 characters\./],
  ['a secret of 31 characters', 'sessionSecret', { sessionSecret: '0123456789abcdefghijklmnopqrstu' }, /32 characters/],
  ['an empty list of secrets', 'sessionSecret', { sessionSecret: [] }],
  ['no address in production', 'appBaseUrl', { appBaseUrl: undefined }, /must be given\. In production/, true],
  ['an address that is not a URL', 'appBaseUrl', { appBaseUrl: 'app.example.com' }],
  ['an address with a query', 'appBaseUrl', { appBaseUrl: 'https://app.example.com/?x=1' }],
  ['an address of another scheme', 'appBaseUrl', { appBaseUrl: 'ftp://app.example.com' }],
  ['an empty list of addresses', 'appBaseUrl', { appBaseUrl: [] }],
  ['plain http for the application', 'appBaseUrl', { appBaseUrl: 'http://app.example.com' }, /plain http/],
  ['insecure cookies on https', 'sessionConfiguration.cookie.secure', {
    sessionConfiguration: { cookie: { secure: false } }
  }],
  ['SameSite=None without secure', 'sessionConfiguration.cookie.sameSite', {
    appBaseUrl: undefined,
    sessionConfiguration: { cookie: { secure: false, sameSite: 'none' } }
  }],
  ['__Host- with a domain', 'sessionConfiguration.cookie.name', {
    sessionConfiguration: { cookie: { name: '__Host-x', domain: 'example.com' } }
  }],
  ['__Host- that is not secure', 'sessionConfiguration.cookie.name', {
    appBaseUrl: 'http://localhost:3000',
    sessionConfiguration: { cookie: { name: '__Host-x', secure: false } }
  }],
  ['__Host- with a path', 'sessionConfiguration.cookie.name', {
    sessionConfiguration: { cookie: { name: '__Host-x', path: '/x' } }
  }],
  ['__Secure- without secure', 'sessionConfiguration.cookie.name', {
    appBaseUrl: undefined,
    sessionConfiguration: { cookie: { name: '__Secure-x', secure: false } }
  }],
  ['HI-03 a cookie name with a semicolon', 'sessionConfiguration.cookie.name', {
    sessionConfiguration: { cookie: { name: 'a;b' } }
  }],
  ['HI-03 a cookie path with a line break', 'sessionConfiguration.cookie.path', {
    sessionConfiguration: { cookie: { path: '/a\r\nb' } }
  }],
  ['HI-03 a cookie domain with a semicolon', 'sessionConfiguration.cookie.domain', {
    sessionConfiguration: { cookie: { domain: 'a;b' } }
  }],
  ['milliseconds for seconds', 'httpTimeout', { httpTimeout: 5000 }, /number of seconds/],
  ['a count that is no number', 'sessionConfiguration.cacheEntries', { sessionConfiguration: { cacheEntries: 1.5 } }],
  ['inactivity beyond the absolute end', 'sessionConfiguration.inactivityDuration', {
    sessionConfiguration: { inactivityDuration: 100, absoluteDuration: 50 }
  }],
  ['an array for an object', 'sessionConfiguration', { sessionConfiguration: [] }, /an array of 0/],
  ['a text for a flag', 'mountRoutes', { mountRoutes: 'yes' }],
  ['a flag for a function', 'onEvent', { onEvent: true }, /got true/],
  ['a store without methods', 'sessionStore', { sessionStore: {} }, /missing: create/],
  ['null for a store', 'transactionStore', { transactionStore: null }, /got null/],
  ['a scope that is no scope', 'scope', { scope: 5 }],
  ['a scope map of numbers', 'scope', { scope: { a: 5 } }],
  ['a blank scope', 'scope', { scope: ' ' }],
  ['a list of scopes', 'scope', { scope: ['openid'] }],
  ['a scope of a login that is none', 'authorizationParams.scope', { authorizationParams: { scope: 5 } }],
  ['a blank scope of a login', 'authorizationParams.scope', { authorizationParams: { scope: ' ' } }],
  ['an empty audience of a login', 'authorizationParams.audience', { authorizationParams: { audience: '' } }],
  ['an organization of a login', 'authorizationParams.organization', { authorizationParams: { organization: 5 } }],
  ['an invitation of a login', 'authorizationParams.invitation', { authorizationParams: { invitation: '' } }],
  ['an api secret of 31 characters', 'api.secret', { api: { secret: 's'.repeat(31) } }],
  ['params that are no object', 'authorizationParams', { authorizationParams: 'x' }],
  ['an age that is no number', 'authorizationParams.max_age', { authorizationParams: { max_age: 'soon' } },
    /whole number of seconds/],
  ['authorization details that are no JSON', 'authorizationParams.authorization_details', {
    authorizationParams: { authorization_details: '{' }
  }],
  ['authorization details without a type', 'authorizationParams.authorization_details', {
    authorizationParams: { authorization_details: [{}] }
  }],
  ['a parameter that goes in circles', 'authorizationParams', { authorizationParams: { claims: circle } }],
  ['an audience that is no text', 'authorizationParams.audience', { authorizationParams: { audience: 5 } }],
  ['a transaction cookie that never comes back', 'transactionConfiguration.cookie.sameSite', {
    transactionConfiguration: { cookie: { sameSite: 'strict' } }
  }, /no login could be finished/],
  ['a protected parameter', 'authorizationParams.state', { authorizationParams: { state: 'x' } }],
  ['a relative redirect_uri', 'authorizationParams.redirect_uri', { authorizationParams: { redirect_uri: '/cb' } }],
  ['an unknown response mode', 'authorizationParams.response_mode', {
    authorizationParams: { response_mode: 'fragment' }
  }],
  ['form_post on plain http', 'authorizationParams.response_mode', {
    appBaseUrl: 'http://app.lan',
    sessionConfiguration: { cookie: { secure: false } },
    transactionConfiguration: { cookie: { secure: false } },
    authorizationParams: { response_mode: 'form_post' }
  }],
  ['both kinds of connect routes', 'mountConnectedAccountRoutes', {
    mountConnectRoutes: true,
    mountConnectedAccountRoutes: true
  }],
  ['signed requests without a key', 'signedAuthorizationRequests', { signedAuthorizationRequests: true }],
  ['allowOrganization beside organization', 'allowOrganization', { organization: 'o', allowOrganization: () => true }],
  ['allowOrganization beside an organization for every login', 'allowOrganization', {
    authorizationParams: { organization: 'o' },
    allowOrganization: () => true
  }],
  ['two organizations', 'authorizationParams.organization', {
    organization: 'o',
    authorizationParams: { organization: 'p' }
  }],
  ['an organization without a name', 'authorizationParams.organization', {
    authorizationParams: { organization: ' ' }
  }],
  ['a foreign place for strangers', 'onUnauthenticated', { onUnauthenticated: '//evil.test' }],
  ['telemetry without a version', 'telemetry', { telemetry: { name: 'x' } }],
  ['telemetry null', 'telemetry', { telemetry: null }],
  ['dpop without a key', 'dpop', { dpop: {} }],
  ['dpop with a key that is none', 'dpop.key', { dpop: { key: 'secret-of-the-key' } }, /must be a usable private key/],
  ['dpop with a key of another kind', 'dpop.key', {
    dpop: { key: generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) }
  }, /P-256/],
  ['api audiences that are empty', 'api.audience', { api: { audience: [] } }],
  ['an api secret that is too short', 'api.secret', { api: { secret: 'short' } }],
  ['an api secret beside algorithms', 'api.secret', { api: { secret: 's'.repeat(32), signingAlgs: ['RS256'] } }],
  ['an api secret beside issuers of the request', 'api.secret', { api: { secret: 's'.repeat(32), issuers: () => [] } }],
  ['an api secret beside domains of the request', 'api.secret', { domain: () => 'x', api: { secret: 's'.repeat(32) } }],
  ['an api certificate that is no function', 'api.mtls', { api: { mtls: true } }],
  ['api claims that nobody knows', 'api.claims.auth_time', { api: { claims: { auth_time: 'x' } } }],
  ['an api claim without a name', 'api.claims.acr', { api: { claims: { acr: '' } } }],
  ['api issuers that are no list', 'api.issuers', { api: { issuers: 'x' } }],
  ['api algorithms with HS256', 'api.signingAlgs', { api: { signingAlgs: ['HS256'] } }],
  ['a connect check that is no function', 'allowConnect', { allowConnect: ['github'] }],
  ['private domains by another word than a flag', 'allowPrivateDomains', { allowPrivateDomains: 'yes' }],
  ['sessions of an unknown library', 'importSessions.nextjs', { importSessions: { nextjs: { secret: 'x' } } }],
  ['sessions of another library without its secret', 'importSessions.auth0Fastify.secret', {
    importSessions: { auth0Fastify: {} }
  }],
  ['sessions of another library with an empty secret', 'importSessions.auth0Fastify.secret', {
    importSessions: { auth0Fastify: { secret: [''] } }
  }],
  ['sessions of another library with an empty secret of bytes', 'importSessions.expressOpenidConnect.secret', {
    importSessions: { expressOpenidConnect: { secret: new Uint8Array() } }
  }],
  ['sessions of another library with no secrets at all', 'importSessions.expressOpenidConnect.secret', {
    importSessions: { expressOpenidConnect: { secret: [] } }
  }],
  ['routes that are no object', 'routes', { routes: 'x' }],
  ['routes in a list', 'routes', { routes: [] }, /an array of 0/],
  ['a route that is no path', 'routes.login', { routes: { login: 'login' } }],
  ['a route of true that is not opt-in', 'routes.login', { routes: { login: true } }],
  ['two routes of one path', 'routes.logout', { routes: { login: '/x', logout: '/x' } }, /must not be "\/x"/],
  ['an unknown route', 'routes.signin', { routes: { signin: '/x' } }, /Known are/],
  ['a misspelt option', 'sesionSecret', { sesionSecret: 'x' }, /Did you mean "sessionSecret"/],
  ['a misspelt member', 'sessionConfiguration.roling', { sessionConfiguration: { roling: true } },
    /"sessionConfiguration.roling" is not known. Did you mean "rolling"/],
  ['an option nobody knows', 'zzzzzzzzzzz', { zzzzzzzzzzz: 1 }, /Known are: domain/]
]

for (const name of ['callbackURL', 'callbackUrl', 'callback_url', 'redirectURI', 'redirectUri', 'redirectUrl',
  'redirect_uri']) {
  refused.push([`the callback URL as ${name}`, name, { [name]: 'https://app.example.com/cb' }, /Use "appBaseUrl", and/])
}

for (const [name, option, changes, says, production] of refused) {
  t.test(`refuses ${name}`, async t => {
    try {
      parse(changes, production)
      t.fail('it was taken')
    } catch (error) {
      t.match(error, { name: 'ConfigurationError', code: 'configuration_error', option })
      if (says !== undefined) t.match((error as Error).message, says)
      t.notMatch((error as Error).message, good.sessionSecret)
    }
  })
}

t.test('form_post where it may be, and a __Host- cookie as it must be', async t => {
  const formPost = { response_mode: 'form_post' } as const
  for (
    const appBaseUrl of [undefined, 'https://app.example.com', 'http://localhost:3000', ['http://127.0.0.1:3000',
      'https://app.example.com']]
  ) {
    t.match(parse({ appBaseUrl, authorizationParams: formPost }), { authorizationParams: formPost }, String(appBaseUrl))
  }
  t.equal(parse({ sessionConfiguration: { cookie: { name: '__Host-x' } } }).sessionCookie.name, '__Host-x')
})

t.test('options that are none at all', async t => {
  t.throws(() => parseOptions(null as unknown as Auth0Options, ''), { message: /./, option: 'options' })
  t.throws(() => parse({ onEvent: Symbol('x') }), /a symbol/)
  t.throws(() => parse({ onEvent: '' }), /an empty string/)
  t.throws(() => parse({ onEvent: {} }), /an object/)
})

t.test('a wrong option fails ready()', async t => {
  const app = fastify({ pluginTimeout: 0 })
  app.register(fastifyAuth0, { ...good, clientId: '' })
  await t.rejects(Promise.resolve(app.ready()), { code: 'configuration_error', option: 'clientId' })
  await app.close()
})

t.test('nearest names', async t => {
  t.equal(nearestName('requireSesion', ['requireSession', 'requireMfa']), 'requireSession')
  t.equal(nearestName('xyz', ['requireSession']), undefined)
  t.equal(unknownName('xyz', ['a', 'b']), 'Known are: a, b.')
})

t.test('every value that @auth0/auth0-fastify documents is taken', async t => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const paths = ['login', 'callback', 'logout', 'backchannelLogout', 'connect', 'connectCallback', 'unconnect',
    'unconnectCallback']
  const withKey = { clientSecret: undefined, clientAssertionSigningKey: pem }
  const documented: object[] = [
    { domain: 'https://acme.eu.auth0.com' },
    { domain: 'login.example.com' },
    { domain: () => 'acme.eu.auth0.com', appBaseUrl: undefined },
    { domain: async () => 'acme.eu.auth0.com' },
    { appBaseUrl: 'http://localhost:3000' },
    { appBaseUrl: 'https://app.example.com/base/' },
    withKey,
    ...['RS256', 'RS384', 'PS256'].map(alg => ({ ...withKey, clientAssertionSigningAlg: alg })),
    { audience: 'https://api.example.com' },
    { audience: undefined, clientAssertionSigningAlg: undefined },
    { pushedAuthorizationRequests: true },
    { sessionSecret: 'ab'.repeat(64) },
    { sessionStore: fromAuth0Store({ get () {}, set () {}, delete () {}, deleteByLogoutToken () {} }) },
    { sessionConfiguration: {} },
    { sessionConfiguration: { rolling: true } },
    { sessionConfiguration: { rolling: false } },
    { sessionConfiguration: { absoluteDuration: 3600 } },
    { sessionConfiguration: { inactivityDuration: 604_800 } },
    { sessionConfiguration: { rolling: true, absoluteDuration: 259_200, inactivityDuration: 86_400 } },
    ...['strict', 'lax', 'none'].map(sameSite => ({ sessionConfiguration: { cookie: { sameSite } } })),
    { sessionConfiguration: { cookie: { name: '__a0_session', secure: true } } },
    { sessionConfiguration: { cookie: { secure: false } }, appBaseUrl: 'http://localhost:3000' },
    { mountRoutes: true },
    { mountRoutes: false },
    { mountConnectRoutes: true },
    { mountRoutes: false, mountConnectRoutes: true },
    { customFetch: fetch },
    { discoveryCache: {} },
    { discoveryCache: { ttl: 0 } },
    { discoveryCache: { ttl: 800, maxEntries: 200 } },
    ...paths.map(name => ({ mountConnectRoutes: true, routes: { [name]: '/of-my-own' } }))
  ]
  for (const options of documented) t.doesNotThrow(() => parse(options), JSON.stringify(options))
})

t.test("an address that ends as the callback's path does", t => {
  const base = (basePath: string) => ({ origin: 'https://a.test', basePath, secure: true })
  for (const basePath of ['/auth/callback', '/b/auth/callback']) {
    t.throws(() => checkAppBases([base(''), base(basePath)], '/auth/callback'), { message: /the path of its callback/ })
  }
  t.doesNotThrow(() => checkAppBases([base(''), base('/b')], '/auth/callback'))
  t.doesNotThrow(() => checkAppBases([base('/undefined')], undefined), 'there is no callback route')
  t.end()
})
