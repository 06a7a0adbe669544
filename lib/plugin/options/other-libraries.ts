import { ConfigurationError } from '../../errors.js'

/** What stands for an option of express-openid-connect or nextjs-auth0. */
const OF_WEB_LIBRARIES = {
  issuerBaseURL: 'Use "domain".',
  baseURL: 'Use "appBaseUrl".',
  clientID: 'Use "clientId".',
  secret: 'Use "sessionSecret".',
  session: 'Use "sessionConfiguration", with "inactivityDuration" for "rollingDuration" and "cookie.name" for ' +
    '"name"; for "store" use "sessionStore".',
  'sessionConfiguration.rollingDuration': 'Use "sessionConfiguration.inactivityDuration".',
  'sessionConfiguration.name': 'Use "sessionConfiguration.cookie.name".',
  'sessionConfiguration.store': 'Use "sessionStore".',
  'sessionConfiguration.genid': 'Leave it out: every session gets a random id.',
  'sessionConfiguration.signSessionStoreCookie': 'Leave it out: the cookie is always sealed.',
  'sessionConfiguration.cookie.httpOnly': 'Leave it out: it is always set.',
  transactionCookie: 'Use "transactionConfiguration.cookie".',
  authorizationParameters: 'Use "authorizationParams".',
  clientAuthMethod: 'Use "clientSecretMethod", or give "clientAssertionSigningKey" or "tls" instead of a secret.',
  enableTelemetry: 'Use "telemetry".',
  httpUserAgent: 'Use "telemetry".',
  authRequired: 'Use a guard: fastify.addHook(\'onRequest\', fastify.auth0.requireSession).',
  errorOnRequiredAuth: 'Use "onUnauthenticated".',
  attemptSilentLogin: 'Use a hook: fastify.addHook(\'onRequest\', fastify.auth0.attemptSilentLogin).',
  tokenEndpointParams: 'Leave it out: nothing can be added to the token request.',
  httpAgent: 'Use "dispatcher".',
  afterCallback: 'Use "beforeSessionSaved".',
  onCallback: 'Use "onError" for failures, and "beforeSessionSaved" for the session.',
  identityClaimFilter: 'Use "beforeSessionSaved".',
  getLoginState: 'Give "appState" to request.auth0.startInteractiveLogin().',
  backchannelLogout: 'Use "routes.backchannelLogout", which is mounted by default, and "revocationStore".',
  idpLogout: 'Leave it out: a logout always ends the Auth0 session, too.',
  auth0Logout: 'Use "logoutStrategy".',
  legacySameSiteCookie: 'Leave it out.',
  'routes.postLogoutRedirect': 'Use "logoutUrl".',
  discoveryCacheMaxAge: 'Use "discoveryCache.ttl", in seconds.',
  signInReturnToPath: 'Give "returnTo" to the login route or to request.auth0.startInteractiveLogin().',
  tokenRefreshBuffer: 'Use "refreshLeeway".',
  dpopKeyPair: 'Use "dpop".',
  useDPoP: 'Use "dpop".',
  dpopOptions: 'Use "clockTolerance".',
  enableConnectAccountEndpoint: 'Use "mountConnectedAccountRoutes".',
  enableAccessTokenEndpoint: 'Give tokens out in a route of your own, with request.auth0.getAccessToken().',
  enableParallelTransactions: 'Leave it out: logins in several tabs always work.',
  enterpriseConnect: 'Use request.auth0.startEnterpriseLogin().',
  noContentProfileResponseWhenUnauthenticated: 'Use "routes.session", which answers 200 to everybody.',
  cspNonce: 'Leave it out: the pages of the plugin bring their own policy.',
  allowInsecureRequests: 'Give "domain" as an http:// URL, which is taken for loopback only.',
  includeIdTokenHintInOIDCLogoutUrl: 'Leave it out: the session is named by its "logout_hint".',
  stateIdentifier: 'Use "sessionConfiguration.cookie.name".',
  transactionIdentifier: 'Use "transactionConfiguration.cookie.name".',
  stateStore: 'Use "sessionStore".'
}

/** What stands for an option of @auth0/auth0-fastify-api, fastify-auth0-verify or @fastify/jwt. */
const OF_API_LIBRARIES = {
  domains: 'Use "domain" for one or for a function of the request, and "api.issuers" for more.',
  algorithms: 'Use "api.signingAlgs".',
  'api.algorithms': 'Use "api.signingAlgs".',
  issuer: 'Use "domain", and "api.issuers" for more.',
  complete: 'Leave it out: request.auth0.token holds the claims.',
  secretsTtl: 'Use "discoveryCache.ttl", in seconds.',
  cookie: 'Send the token in the Authorization header. For the cookies of a login use ' +
    '"transactionConfiguration.cookie".',
  formatUser: 'Change what your handler makes of request.auth0.token.'
}

/** What stands for an option of @fastify/oauth2. */
const OF_OAUTH2 = {
  name: 'Leave it out: the plugin is fastify.auth0.',
  credentials: 'Use "clientId", "clientSecret" and "domain".',
  discovery: 'Use "domain".',
  startRedirectPath: 'Use "routes.login".',
  callbackUri: 'Use "appBaseUrl", and "routes.callback" for the path.',
  callbackUriParams: 'Use "authorizationParams".',
  generateStateFunction: 'Leave it out: "state" is random and checked. Give "appState" to ' +
    'request.auth0.startInteractiveLogin().',
  checkStateFunction: 'Leave it out: "state" is random and checked.',
  pkce: 'Leave it out: every login uses PKCE with S256.',
  redirectStateCookieName: 'Use "transactionConfiguration.cookie.name".',
  verifierCookieName: 'Use "transactionConfiguration.cookie.name".',
  hostPrefixedCookies: 'Leave it out: on https the cookies have the prefix.',
  tokenRequestParams: 'Leave it out: nothing can be added to the token request.',
  userAgent: 'Use "telemetry".',
  schema: 'Leave it out: the routes are hidden from OpenAPI documents.',
  tags: 'Leave it out: the routes are hidden from OpenAPI documents.'
}

const CALLBACK = 'Use "appBaseUrl", and "routes.callback" for the path: the callback URL is made of these two.'

/** What applications call the callback URL, which is no option here. */
const OF_CALLBACKS = {
  callbackURL: CALLBACK,
  callbackUrl: CALLBACK,
  callback_url: CALLBACK,
  redirectURI: CALLBACK,
  redirectUri: CALLBACK,
  redirectUrl: CALLBACK,
  redirect_uri: CALLBACK
}

const ADVICE: Readonly<Record<string, string>> =
  { ...OF_WEB_LIBRARIES, ...OF_API_LIBRARIES, ...OF_OAUTH2, ...OF_CALLBACKS }

/** What to use for an option of another library, by its path; `undefined` for others. */
export function adviceFor (path: string): string | undefined {
  return Object.hasOwn(ADVICE, path) ? ADVICE[path] : undefined
}

/**
 * @param known the names of this plugin's options
 * @throws ConfigurationError that names every option of another library
 */
export function refuseOtherLibraries (given: Record<string, unknown>, known: object): void {
  const foreign = Object.keys(given).filter(name => !Object.hasOwn(known, name) && adviceFor(name) !== undefined)
  if (foreign.length === 0) return
  throw new ConfigurationError(foreign[0]!,
    foreign.map(name => `Option "${name}" is not known. ${adviceFor(name)!}`).join(' '))
}
