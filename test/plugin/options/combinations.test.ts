import t from 'tap'
import { at, parse, PEM, store, tls } from './given-options.js'

t.test('options that need or exclude each other', async t => {
  const dispatcher = store('dispatch')
  const sessionStore = store('create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list')
  const none = { clientSecret: undefined }
  const key = { clientAssertionSigningKey: PEM }
  const http = { appBaseUrl: 'http://app.lan' }
  const insecure = { cookie: { secure: false } }
  const plain = { ...http, sessionConfiguration: insecure, transactionConfiguration: insecure }
  const host = (cookie: object) => ({ sessionConfiguration: { cookie: { name: '__Host-x', ...cookie } } })
  const secured = (cookie: object) => ({ sessionConfiguration: { cookie: { name: '__Secure-x', ...cookie } } })
  const localhost = { appBaseUrl: 'http://localhost:3000' }
  const duration = (inactivityDuration: number, absoluteDuration: number) =>
    ({ sessionConfiguration: { inactivityDuration, absoluteDuration } })
  for (const [changes, option, says] of [
    [{ ...none, tls, dispatcher }, 'tls', /beside "dispatcher"/],
    [{ ...none, tls, customFetch: fetch }, 'tls', /beside "customFetch"/],
    [{ ...none, useMtls: true }, 'useMtls', /must not be given without "customFetch" or "dispatcher"/],
    [{ ...none, useMtls: true, dispatcher }],
    [{ ...none, useMtls: true, customFetch: fetch }],
    [{ ...none, useMtls: false }, 'clientSecret', /The client must authenticate/],
    [{ useMtls: false }],
    [{ useMtls: true, dispatcher }, 'useMtls', /must not be given beside "clientSecret"/],
    [{ customFetch: fetch, dispatcher }, 'customFetch', /must not be given beside "dispatcher"/],
    [none, 'clientSecret', /Option "clientSecret" must be given\. The client must authenticate/],
    [{ ...none, ...key }],
    [{ ...none, tls }],
    [key, 'clientAssertionSigningKey', /beside "clientSecret": the client/],
    [{ ...key, idTokenSigningAlg: 'HS256' }],
    [{ tls, idTokenSigningAlg: 'HS256' }],
    [{ ...key, tls, idTokenSigningAlg: 'HS256' }, 'clientAssertionSigningKey', /beside "clientSecret" and "tls"/],
    [{ ...none, ...key, tls }, 'tls', /beside "clientAssertionSigningKey": the client/],
    [{ ...none, ...key, idTokenSigningAlg: 'HS256' }, 'idTokenSigningAlg', /must not be HS256 without "clientSecret"/],
    [{ clientAssertionSigningAlg: 'RS256' }, 'clientAssertionSigningAlg', /without "clientAssertionSigningKey"/],
    [{ clientAssertionSigningKeyId: 'x' }, 'clientAssertionSigningKeyId', /without "clientAssertionSigningKey"/],
    [{ requestObjectSigningAlg: 'RS256' }, 'requestObjectSigningAlg', /without "requestObjectSigningKey"/],
    [{ requestObjectSigningKeyId: 'x' }, 'requestObjectSigningKeyId', /without "requestObjectSigningKey"/],
    [{ requestObjectSigningKey: PEM }, 'requestObjectSigningKey', /without "signedAuthorizationRequests: true"/],
    [{ requestObjectSigningKey: PEM, signedAuthorizationRequests: false }, 'requestObjectSigningKey', /without/],
    [{ signedAuthorizationRequests: true }, 'signedAuthorizationRequests', /without "requestObjectSigningKey" or/],
    [{ signedAuthorizationRequests: true, requestObjectSigningKey: PEM }],
    [{ ...none, ...key, signedAuthorizationRequests: true }],
    [{ ...none, ...key, signedAuthorizationRequests: false }],
    [{ refreshStore: store('get', 'set', 'lock'), sessionStore }, 'refreshStore', /beside "sessionStore"/],
    [{ refreshStore: store('get', 'set', 'lock') }],
    [{ sessionStore }],
    [{ mountConnectRoutes: true, mountConnectedAccountRoutes: true }, 'mountConnectedAccountRoutes', /use one route/],
    [{ mountConnectRoutes: false, mountConnectedAccountRoutes: true }],
    [{ mountConnectRoutes: true, mountConnectedAccountRoutes: false }],
    [{ mountConnectRoutes: true, storeIdToken: false }, 'storeIdToken', /must not be false with "mountConnectRoutes"/],
    [{ mountConnectRoutes: true, storeIdToken: true }],
    [{ mountConnectedAccountRoutes: true, storeIdToken: false }],
    [{ routes: { connect: '/c' } }, 'routes.connect', /without "mountConnectRoutes" or "mountConnectedAccountRoutes"/],
    [{ routes: { unconnect: '/c' } }, 'routes.unconnect', /must not be given without "mountConnectRoutes"\.$/],
    [{ mountConnectedAccountRoutes: true, routes: { connectCallback: '/c' } }, 'routes.connectCallback', /without/],
    [{ mountConnectedAccountRoutes: true, routes: { connect: '/c', unconnect: undefined, connectCallback: false } }],
    [{ mountConnectRoutes: true, routes: { connect: '/c', unconnect: '/d' } }],
    [{ ...none, ...key, clientSecretMethod: 'basic' }, 'clientSecretMethod', /given without "clientSecret"/],
    [at('transactionConfiguration.cookie.sameSite', 'strict'), 'transactionConfiguration.cookie.sameSite',
      /must not be 'strict': browsers/],
    [{ organization: 'o', allowOrganization: () => true }, 'allowOrganization', /beside "organization"/],
    [{ organization: 'o', authorizationParams: { organization: 'p' } }, 'authorizationParams.organization', /differ/],
    [{ organization: 'o', authorizationParams: { organization: 'o' } }],
    [{ organization: () => 'o', authorizationParams: { organization: 'p' } }],
    [{ organization: 'o', authorizationParams: () => ({}) }],
    [{ allowOrganization: () => true, authorizationParams: () => ({}) }],
    [{ ...plain, authorizationParams: { response_mode: 'form_post' } }, 'authorizationParams.response_mode',
      /plain http/],
    [{ ...plain, authorizationParams: { response_mode: 'query' } }],
    [{ ...localhost, authorizationParams: { response_mode: 'form_post' } }],
    [at('api', { secret: 's'.repeat(32), signingAlgs: ['RS256'] }), 'api.secret', /beside "api.signingAlgs"/],
    [at('api', { secret: 's'.repeat(32), issuers: () => [] }), 'api.secret', /beside a function as "domain"/],
    [{ domain: () => 'x', api: { secret: 's'.repeat(32) } }, 'api.secret', /beside a function as "domain"/],
    [{ domain: () => 'x', api: {} }],
    [at('api', { secret: 's'.repeat(32), issuers: ['x.example.com'] })],
    [duration(60, 60)],
    [duration(61, 60), 'sessionConfiguration.inactivityDuration', /must not exceed "absoluteDuration"/],
    [{ sessionConfiguration: { inactivityDuration: 300_000 } }],
    [http, 'appBaseUrl', /must not be plain http \("app\.lan"\)/],
    [{ ...http, sessionConfiguration: insecure }, 'appBaseUrl', /must not be plain http/],
    [{ ...http, transactionConfiguration: insecure }, 'appBaseUrl', /must not be plain http/],
    [plain],
    [localhost],
    [{ appBaseUrl: ['https://a.example.com', 'http://app.lan'] }, 'appBaseUrl', /\("app\.lan"\)/],
    [{ sessionConfiguration: insecure }, 'sessionConfiguration.cookie.secure', /must not be false for an application/],
    [{ transactionConfiguration: insecure }, 'transactionConfiguration.cookie.secure', /must not be false/],
    [{ ...localhost, sessionConfiguration: insecure, transactionConfiguration: insecure }],
    [{ ...localhost, ...at('sessionConfiguration.cookie', { secure: false, sameSite: 'none' }) },
      'sessionConfiguration.cookie.sameSite', /must not be 'none'/],
    [{ ...localhost, ...at('sessionConfiguration.cookie', { secure: false, partitioned: true }) },
      'sessionConfiguration.cookie.sameSite', /nor "partitioned" true, without "secure"/],
    [at('sessionConfiguration.cookie', { partitioned: true })],
    [host({})],
    [host({ secure: true, path: '/' })],
    [host({ domain: 'example.com' }), 'sessionConfiguration.cookie.name', /must not begin with "__Host-" unless/],
    [host({ path: '/x' }), 'sessionConfiguration.cookie.name', /must not begin with "__Host-" unless/],
    [{ ...localhost, ...host({ secure: false }) }, 'sessionConfiguration.cookie.name', /"__Host-" unless/],
    [{ ...localhost, ...host({}) }, 'sessionConfiguration.cookie.name', /"__Host-" unless/],
    [{ ...localhost, ...host({ secure: true }) }],
    [{ appBaseUrl: ['https://app.example.com', 'http://localhost:3000'], ...host({}) }],
    [{ appBaseUrl: undefined, ...host({}) }],
    [host({ name: '__host-x', domain: 'example.com' }), 'sessionConfiguration.cookie.name', /"__Host-" unless/],
    [{ ...localhost, ...secured({ name: '__SECURE-x' }) }, 'sessionConfiguration.cookie.name', /"__Secure-" unless/],
    [secured({})],
    [secured({ domain: 'example.com', path: '/x' })],
    [{ ...localhost, ...secured({ secure: false }) }, 'sessionConfiguration.cookie.name', /"__Secure-" unless/],
    [at('sessionConfiguration', { deviceBound: true, cookie: { partitioned: true } }),
      'sessionConfiguration.deviceBound', /must not be combined with "cookie\.partitioned"/],
    [{ appBaseUrl: 'https://app.example.com/auth/callback' }, 'appBaseUrl', /without the path of its callback/],
    [{ appBaseUrl: 'https://app.example.com/auth/callback', routes: { callback: false } }],
    [{ appBaseUrl: ['https://a.example.com', 'https://b.example.com/auth/callback'] }, 'appBaseUrl', /callback "\/auth/]
  ] as [object, string?, RegExp?][]) {
    const name = JSON.stringify(changes)
    if (option === undefined) t.doesNotThrow(() => parse(changes), name)
    else t.throws(() => parse(changes), { name: 'ConfigurationError', option, message: says! }, name)
  }
})
