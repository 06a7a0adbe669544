import { randomBytes } from 'node:crypto'
import { parseDomain } from '../../authentication/server/authorization-server.js'
import { systemClock } from '../../base/clock.js'
import { ConfigurationError } from '../../errors.js'
import type { Config } from '../../flows/config.js'
import type { AssertionAlgorithm, Auth0Options, SigningKey } from '../../../types/options.js'
import { checkAppBases } from './app-base.js'
import { checkClientAuthentication } from './client-authentication.js'
import { checkCombinations } from './combinations.js'
import { rules } from './options-rules.js'
import { checkRequired, guardsApiOnly, withoutEmpty } from './required.js'
import { refuseOtherLibraries } from './other-libraries.js'
import { resolvePaths } from './paths.js'
import { resolveResources } from './resources.js'
import { refreshStoreIn } from './refresh-store.js'
import { checkMembers, describe } from './rules.js'
import { cookieConfig, deviceBoundConfig } from './session-options.js'

/** Fastify hands these through with the plugin's own options. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers']

/**
 * Checks every option once and applies every default.
 * @param prefix the full prefix of the plugin's routes as Fastify sees them
 * @throws ConfigurationError naming the option, what was given (never a secret) and what is accepted
 */
export function parseOptions (raw: Auth0Options, prefix: string,
  production = process.env.NODE_ENV === 'production'): Config {
  if (typeof raw !== 'object' || raw === null) {
    throw new ConfigurationError('options', `The plugin's options must be an object; got ${describe(raw)}.`)
  }
  const own = Object.fromEntries(Object.entries(raw).filter(([name]) => !FASTIFY_OPTIONS.includes(name)))
  const empty = withoutEmpty(own)
  refuseOtherLibraries(own, rules)
  const given = checkMembers(own, rules, name => name)

  checkRequired(given, production, empty)
  const apiOnly = guardsApiOnly(given)
  const appBases = given.appBaseUrl ?? []
  checkClientAuthentication(given)
  checkCombinations(given)

  const tenant = typeof given.domain === 'string' ? parseDomain(given.domain, 'domain') : undefined
  const session = given.sessionConfiguration ?? {}
  // Given as an object, these two are the options of their names.
  const params = typeof given.authorizationParams === 'object' ? given.authorizationParams : {}
  const inactivityDuration = session.inactivityDuration ?? 86_400
  const absoluteDuration = session.absoluteDuration ?? 259_200
  if (inactivityDuration > absoluteDuration && session.inactivityDuration !== undefined &&
    session.absoluteDuration !== undefined) {
    throw new ConfigurationError('sessionConfiguration.inactivityDuration',
      'Option "sessionConfiguration.inactivityDuration" must not exceed "absoluteDuration".')
  }
  const sessionCookie = cookieConfig(session.cookie, appBases, 'sessionConfiguration.cookie')
  const { sameSite, partitioned } = sessionCookie
  const transactionCookie = cookieConfig({
    // In a frame of another site, logins begin and end in the frame.
    ...(sameSite === 'none' && { sameSite, partitioned }),
    ...given.transactionConfiguration?.cookie
  }, appBases, 'transactionConfiguration.cookie')
  const connectMode = given.mountConnectRoutes === true
    ? 'link' as const
    : given.mountConnectedAccountRoutes === true ? 'accounts' as const : undefined

  const api = (given.api ?? {}) as Config['api']
  const { clockTolerance = 30 } = given
  const deviceBound = deviceBoundConfig(session.deviceBound, sessionCookie, appBases, clockTolerance)
  const routes = resolvePaths(given.routes ?? {}, {
    mount: given.mountRoutes ?? true,
    connectMode,
    deviceBound: deviceBound !== undefined,
    prefix
  })
  checkAppBases(appBases, routes.callback === undefined ? undefined : prefix + routes.callback)

  return Object.freeze({
    domain: tenant?.domain,
    issuer: tenant?.issuer,
    managementDomain: given.managementDomain === undefined
      ? undefined
      : parseDomain(given.managementDomain, 'managementDomain').issuer,
    formerIssuers: given.formerDomains ?? [],
    resolveDomain: typeof given.domain === 'function' ? given.domain : undefined,
    allowPrivateDomains: given.allowPrivateDomains ?? false,
    apiOnly,
    clientId: given.clientId ?? '',
    clientSecret: given.clientSecret,
    clientSecretMethod: given.clientSecretMethod ?? 'post',
    assertion: signing(given.clientAssertionSigningKey, given.clientAssertionSigningAlg,
      given.clientAssertionSigningKeyId),
    tls: given.tls,
    mutualTls: given.tls !== undefined || given.useMtls === true,
    requestObject: signing(given.requestObjectSigningKey, given.requestObjectSigningAlg,
      given.requestObjectSigningKeyId),
    dispatcher: given.dispatcher,
    customFetch: given.customFetch,
    httpTimeout: given.httpTimeout ?? 5,
    telemetry: given.telemetry ?? true,
    appBases,
    prefix,
    // An API alone seals nothing that outlives the process.
    sessionSecrets: given.sessionSecret ?? [randomBytes(32).toString('hex')],
    audience: params.audience ?? given.audience,
    scope: params.scope ?? given.scope ?? 'openid profile email offline_access',
    authorizationParams: given.authorizationParams ?? {},
    pushedAuthorizationRequests: given.pushedAuthorizationRequests ?? false,
    signedAuthorizationRequests: given.signedAuthorizationRequests ?? false,
    organization: given.organization,
    allowOrganization: given.allowOrganization,
    allowSessionTransfer: given.allowSessionTransfer ?? false,
    allowConnect: given.allowConnect,
    onUnauthenticated: given.onUnauthenticated ?? 'auto',
    sessionStore: given.sessionStore,
    transactionStore: given.transactionStore,
    revocationStore: given.revocationStore,
    refreshStore: given.refreshStore ?? refreshStoreIn(given.revocationStore),
    onRefreshStoreError: given.onRefreshStoreError ?? (given.refreshStore === undefined ? 'alone' : 'fail'),
    lifetime: {
      rolling: session.rolling ?? true,
      inactivityDuration: Math.min(inactivityDuration, absoluteDuration),
      absoluteDuration,
      touchAfter: session.touchAfter ?? Math.min(inactivityDuration, absoluteDuration) / 10
    },
    sessionCookie,
    deviceBound,
    cacheEntries: session.cacheEntries ?? 5000,
    encryptAtRest: session.encryptAtRest ?? true,
    onStoreError: session.onStoreError ?? 'fail',
    storeTimeout: session.storeTimeout ?? 2,
    transactionCookie,
    transactionDuration: given.transactionConfiguration?.duration ?? 3600,
    routes,
    connectMode,
    fetchUserInfo: given.fetchUserInfo ?? false,
    storeIdToken: given.storeIdToken ?? connectMode === 'link',
    storeConnectionTokens: given.storeConnectionTokens ?? false,
    discoveryTtl: given.discoveryCache?.ttl ?? 600,
    maxDomains: Math.max(given.discoveryCache?.maxEntries ?? 100, knownDomains(api)),
    clockTolerance,
    idTokenSigningAlg: given.idTokenSigningAlg ?? 'RS256',
    dpop: given.dpop === undefined || given.dpop === false
      ? undefined
      : { key: given.dpop === true ? true : given.dpop.key },
    mfaTokenTtl: given.mfaTokenTtl ?? 300,
    refreshLeeway: given.refreshLeeway ?? 30,
    beforeSessionSaved: given.beforeSessionSaved,
    onError: given.onError,
    onCallbackError: given.onCallbackError,
    onEnterpriseLogin: given.onEnterpriseLogin,
    logoutUrl: given.logoutUrl,
    logoutStrategy: given.logoutStrategy ?? 'oidc',
    logoutParams: given.logoutParams ?? {},
    importSessions: given.importSessions,
    onEvent: given.onEvent,
    api,
    resources: resolveResources(api, appBases),
    pages: given.pages,
    now: given.now ?? systemClock
  } satisfies Config)
}

/** Domains that the options name: what is kept of one must not push out what is kept of another. */
function knownDomains ({ issuers = [] }: Config['api']): number {
  return typeof issuers === 'function' ? 0 : issuers.length + 1
}

/** What is signed with a key of the options; nothing without one. */
function signing (key: SigningKey | undefined, alg: string | undefined,
  keyId: string | undefined): Config['assertion'] {
  return key === undefined ? undefined : { key, alg: (alg ?? 'RS256') as AssertionAlgorithm, keyId }
}
