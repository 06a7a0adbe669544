import { parseDomain } from '../../authentication/server/authorization-server.js'
import { isLoopback } from '../../authentication/server/domain.js'
import { ConfigurationError, type InvalidArgumentError } from '../../errors.js'
import { readParams } from '../../flows/login/authorization-params.js'
import type { Config } from '../../flows/config.js'
import type {
  AssertionAlgorithm, Auth0Options, AuthorizationParams, IdTokenAlgorithm, ImportedCookie, TelemetryOption
} from '../../../types/options.js'
import type { RevocationStore, SessionStore, TransactionStore } from '../../../types/stores.js'
import { parseAppBase } from './app-base.js'
import { dpopKey, signingKey, tlsCredentials } from './key-rules.js'
import {
  checkMembers, count, describe, flag, members, oneOf, callable, refuseOption, seconds, text, unauthenticated,
  withMethods, type Rule
} from './rules.js'
import { resolvePaths } from './paths.js'

const YEAR = 31_536_000
const SYMMETRIC_AND_ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA',
  'HS256'] as const
const ASYMMETRIC = SYMMETRIC_AND_ASYMMETRIC.slice(0, -1) as readonly Exclude<IdTokenAlgorithm, 'HS256'>[]
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/

const secretList: Rule<readonly string[]> = (value, option) => {
  const secrets = Array.isArray(value) ? value : [value]
  if (secrets.length === 0 || secrets.some(secret => typeof secret !== 'string' || secret.length < 32)) {
    throw new ConfigurationError(option,
      `Option "${option}" must be a string of at least 32 characters, or a list of such strings with the newest ` +
        'first. Make one with: openssl rand -hex 32')
  }
  return Object.freeze([...secrets]) as readonly string[]
}

const scope: Rule<string | Readonly<Record<string, string>>> = (value, option) => {
  if (typeof value === 'string' && value.trim() !== '') return value
  if (typeof value === 'object' && value !== null && !Array.isArray(value) &&
    Object.values(value).every(v => typeof v === 'string')) return value as Record<string, string>
  return refuseOption(option, value, 'a string of scopes, or an object of scopes per audience')
}

const authorizationParams: Rule<NonNullable<Auth0Options['authorizationParams']>> = (value, option) => {
  if (typeof value === 'function') return value as NonNullable<Auth0Options['authorizationParams']>
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object or a function of the request')
  }
  const params = value as AuthorizationParams
  if (params.scope !== undefined) scope(params.scope, `${option}.scope`)
  for (const name of ['audience', 'organization', 'invitation'] as const) {
    if (params[name] !== undefined) text(params[name], `${option}.${name}`)
  }
  try {
    readParams(params, { audience: undefined, scope: 'openid' })
  } catch (error) {
    // What would be refused at every login is refused at the start; what cannot be written as JSON has no name.
    const { argument = option, message } = error as Partial<InvalidArgumentError> & Error
    throw new ConfigurationError(argument, `Option "${option}": ${message}`)
  }
  return params
}

const cookieName: Rule<string> = (value, option) =>
  typeof value === 'string' && COOKIE_NAME.test(value)
    ? value
    : refuseOption(option, value, "a cookie name: 1 to 64 letters, digits or !#$%&'*+-.^_`|~")

const cookiePath: Rule<string> = (value, option) =>
  // eslint-disable-next-line no-control-regex -- control characters are what must not get into a header
  typeof value === 'string' && value.startsWith('/') && !/[;\x00-\x20\x7f]/.test(value)
    ? value
    : refuseOption(option, value, 'a path that begins with "/"')

const cookieDomain: Rule<string> = (value, option) =>
  typeof value === 'string' && /^\.?[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(value)
    ? value
    : refuseOption(option, value, 'a host name')

const cookie = members({
  name: cookieName,
  sameSite: oneOf('lax', 'strict', 'none'),
  secure: flag,
  domain: cookieDomain,
  path: cookiePath,
  partitioned: flag
})

const sessionConfiguration = members({
  rolling: flag,
  inactivityDuration: seconds(1, YEAR),
  absoluteDuration: seconds(1, YEAR),
  touchAfter: seconds(0, YEAR),
  cookie,
  cacheEntries: count(0, 1_000_000),
  encryptAtRest: flag,
  onStoreError: oneOf('fail', 'anonymous'),
  storeTimeout: seconds(0.05, 60)
})

const apiAudience: Rule<string | readonly string[]> = (value, option) =>
  (typeof value === 'string' && value !== '') ||
    (Array.isArray(value) && value.length > 0 && value.every(a => typeof a === 'string' && a !== ''))
    ? value as string | string[]
    : refuseOption(option, value, 'an API identifier or a list of them')

const stringList: Rule<readonly string[]> = (value, option) =>
  Array.isArray(value) && value.every(v => typeof v === 'string' && v !== '')
    ? value as string[]
    : refuseOption(option, value, 'a list of strings')

const algorithmList: Rule<readonly Exclude<IdTokenAlgorithm, 'HS256'>[]> = (value, option) =>
  Array.isArray(value) && value.length > 0 && value.every(v => (ASYMMETRIC as readonly string[]).includes(v as string))
    ? value as Exclude<IdTokenAlgorithm, 'HS256'>[]
    : refuseOption(option, value, `a list of ${ASYMMETRIC.join(', ')}`)

const secretOrSecrets: Rule<string | readonly string[]> = (value, option) =>
  [value].flat().every(secret => typeof secret === 'string' && secret !== '') && [value].flat().length > 0
    ? value as string | string[]
    : refuseOption(option, value, "the other library's secret, or a list of them")

const importedCookie: Rule<ImportedCookie> = (value, option) => {
  const cookie = members({ secret: secretOrSecrets, name: cookieName, path: cookiePath, domain: cookieDomain })(value,
    option)
  return cookie.secret === undefined
    ? refuseOption(`${option}.secret`, undefined, "the other library's secret")
    : cookie as ImportedCookie
}

const rules = {
  domain: (value: unknown, option: string) =>
    typeof value === 'function'
      ? value as Extract<Auth0Options['domain'], (...args: never[]) => unknown>
      : text(value, option),
  managementDomain: text,
  allowPrivateDomains: flag,
  clientId: text,
  clientSecret: text,
  clientSecretMethod: oneOf('post', 'basic'),
  clientAssertionSigningKey: signingKey,
  clientAssertionSigningAlg: oneOf(...ASYMMETRIC),
  clientAssertionSigningKeyId: text,
  tls: tlsCredentials,
  appBaseUrl: (value: unknown, option: string) =>
    (Array.isArray(value) && value.length > 0 ? value : [value]).map(entry => parseAppBase(entry, option)),
  sessionSecret: secretList,
  audience: text,
  scope,
  authorizationParams,
  pushedAuthorizationRequests: flag,
  signedAuthorizationRequests: flag,
  organization: (value: unknown, option: string) =>
    typeof value === 'function'
      ? value as Extract<Auth0Options['organization'], (...args: never[]) => unknown>
      : text(value, option),
  allowOrganization: callable<NonNullable<Auth0Options['allowOrganization']>>,
  allowConnect: callable<NonNullable<Auth0Options['allowConnect']>>,
  onUnauthenticated: unauthenticated,
  sessionStore: withMethods<SessionStore>(['create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'],
    'a SessionStore'),
  sessionConfiguration,
  transactionConfiguration: members({ duration: seconds(30, 86_400), cookie }),
  transactionStore: withMethods<TransactionStore>(['set', 'take', 'delete'], 'a TransactionStore'),
  revocationStore: withMethods<RevocationStore>(['revoke', 'revokedAt'], 'a RevocationStore'),
  mountRoutes: flag,
  mountConnectRoutes: flag,
  mountConnectedAccountRoutes: flag,
  routes: (value: unknown, option: string) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value
      : refuseOption(option, value, 'an object'),
  fetchUserInfo: flag,
  storeIdToken: flag,
  storeConnectionTokens: flag,
  discoveryCache: members({ ttl: seconds(1, 86_400), maxEntries: count(1, 10_000) }),
  dispatcher: withMethods<NonNullable<Auth0Options['dispatcher']>>(['dispatch'], 'an undici Dispatcher'),
  customFetch: callable<typeof fetch>,
  httpTimeout: seconds(0.05, 300),
  telemetry: (value: unknown, option: string): TelemetryOption => {
    if (typeof value === 'boolean') return value
    const { name, version } = (value ?? {}) as { name?: unknown, version?: unknown }
    return typeof name === 'string' && typeof version === 'string'
      ? { name, version }
      : refuseOption(option, value, 'true, false or { name, version }')
  },
  clockTolerance: seconds(0, 300),
  idTokenSigningAlg: oneOf(...SYMMETRIC_AND_ASYMMETRIC),
  dpop: dpopKey,
  mfaTokenTtl: seconds(1, 3600),
  refreshLeeway: seconds(0, 3600),
  beforeSessionSaved: callable<NonNullable<Auth0Options['beforeSessionSaved']>>,
  onCallbackError: callable<NonNullable<Auth0Options['onCallbackError']>>,
  importSessions: members({ auth0Fastify: importedCookie, expressOpenidConnect: importedCookie }),
  onEvent: callable<NonNullable<Auth0Options['onEvent']>>,
  api: members({
    audience: apiAudience,
    issuers: (value: unknown, option: string) =>
      stringList(value, option).map(issuer => parseDomain(issuer, option).issuer),
    signingAlgs: algorithmList,
    cacheEntries: count(0, 1_000_000),
    strictType: flag,
    scopeLists: flag,
    dpop: oneOf('allowed', 'required', 'disabled'),
    dpopProofAge: seconds(30, 3600),
    dpopNonce: flag,
    scopes: stringList
  }),
  now: callable<() => number>
} satisfies Record<keyof Auth0Options, Rule<unknown>>

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
  const given = checkMembers(own, rules, name => name)

  for (const name of ['domain', 'clientId', 'sessionSecret'] as const) {
    if (given[name] === undefined) throw new ConfigurationError(name, `Option "${name}" is required.`)
  }
  const appBases = given.appBaseUrl ?? []
  if (appBases.length === 0 && production) {
    throw new ConfigurationError('appBaseUrl',
      'Option "appBaseUrl" is required in production: without it any Host header would be believed. Give the address ' +
        'of the application, or a list of addresses.')
  }
  checkClientAuthentication(given)
  checkCombinations(given)

  const tenant = typeof given.domain === 'string' ? parseDomain(given.domain, 'domain') : undefined
  const session = given.sessionConfiguration ?? {}
  const inactivityDuration = session.inactivityDuration ?? 86_400
  const absoluteDuration = session.absoluteDuration ?? 259_200
  if (inactivityDuration > absoluteDuration && session.inactivityDuration !== undefined &&
    session.absoluteDuration !== undefined) {
    throw new ConfigurationError('sessionConfiguration.inactivityDuration',
      'Option "sessionConfiguration.inactivityDuration" must not exceed "absoluteDuration".')
  }
  const sessionCookie = cookieConfig(session.cookie, appBases, 'sessionConfiguration.cookie')
  const transactionCookie = cookieConfig(given.transactionConfiguration?.cookie, appBases,
    'transactionConfiguration.cookie')
  const connectMode = given.mountConnectRoutes === true
    ? 'link' as const
    : given.mountConnectedAccountRoutes === true ? 'accounts' as const : undefined

  return Object.freeze({
    domain: tenant?.domain,
    issuer: tenant?.issuer,
    managementDomain: given.managementDomain === undefined
      ? undefined
      : parseDomain(given.managementDomain, 'managementDomain').issuer,
    resolveDomain: typeof given.domain === 'function' ? given.domain : undefined,
    allowPrivateDomains: given.allowPrivateDomains ?? false,
    clientId: given.clientId!,
    clientSecret: given.clientSecret,
    clientSecretMethod: given.clientSecretMethod ?? 'post',
    assertion: given.clientAssertionSigningKey === undefined
      ? undefined
      : {
          key: given.clientAssertionSigningKey,
          alg: (given.clientAssertionSigningAlg ?? 'RS256') as AssertionAlgorithm,
          keyId: given.clientAssertionSigningKeyId
        },
    tls: given.tls,
    dispatcher: given.dispatcher,
    customFetch: given.customFetch,
    httpTimeout: given.httpTimeout ?? 5,
    telemetry: given.telemetry ?? true,
    appBases,
    prefix,
    sessionSecrets: given.sessionSecret!,
    audience: given.audience,
    scope: given.scope ?? 'openid profile email offline_access',
    authorizationParams: given.authorizationParams ?? {},
    pushedAuthorizationRequests: given.pushedAuthorizationRequests ?? false,
    signedAuthorizationRequests: given.signedAuthorizationRequests ?? false,
    organization: given.organization,
    allowOrganization: given.allowOrganization,
    allowConnect: given.allowConnect,
    onUnauthenticated: given.onUnauthenticated ?? 'auto',
    sessionStore: given.sessionStore,
    transactionStore: given.transactionStore,
    revocationStore: given.revocationStore,
    lifetime: {
      rolling: session.rolling ?? true,
      inactivityDuration: Math.min(inactivityDuration, absoluteDuration),
      absoluteDuration,
      touchAfter: session.touchAfter ?? Math.min(inactivityDuration, absoluteDuration) / 10
    },
    sessionCookie,
    cacheEntries: session.cacheEntries ?? 5000,
    encryptAtRest: session.encryptAtRest ?? true,
    onStoreError: session.onStoreError ?? 'fail',
    storeTimeout: session.storeTimeout ?? 2,
    transactionCookie,
    transactionDuration: given.transactionConfiguration?.duration ?? 3600,
    routes: resolvePaths(given.routes ?? {}, { mount: given.mountRoutes ?? true, connectMode, prefix }),
    connectMode,
    fetchUserInfo: given.fetchUserInfo ?? false,
    storeIdToken: given.storeIdToken ?? connectMode === 'link',
    storeConnectionTokens: given.storeConnectionTokens ?? false,
    discoveryTtl: given.discoveryCache?.ttl ?? 600,
    maxDomains: given.discoveryCache?.maxEntries ?? 100,
    clockTolerance: given.clockTolerance ?? 30,
    idTokenSigningAlg: given.idTokenSigningAlg ?? 'RS256',
    dpop: given.dpop === undefined || given.dpop === false
      ? undefined
      : { key: given.dpop === true ? true : given.dpop.key },
    mfaTokenTtl: given.mfaTokenTtl ?? 300,
    refreshLeeway: given.refreshLeeway ?? 30,
    beforeSessionSaved: given.beforeSessionSaved,
    onCallbackError: given.onCallbackError,
    importSessions: given.importSessions,
    onEvent: given.onEvent,
    api: (given.api ?? {}) as Config['api'],
    now: given.now ?? (() => Date.now() / 1000)
  } satisfies Config)
}

type Given = ReturnType<typeof checkMembers<typeof rules>>

function checkClientAuthentication (given: Given): void {
  const ways = (['clientSecret', 'clientAssertionSigningKey', 'tls'] as const).filter(name => given[name] !== undefined)
  if (ways.length === 0) {
    throw new ConfigurationError('clientSecret',
      'The client has to authenticate: give one of "clientSecret", "clientAssertionSigningKey" or "tls".')
  }
  const hs256 = given.idTokenSigningAlg === 'HS256'
  if (hs256 && given.clientSecret === undefined) {
    throw new ConfigurationError('idTokenSigningAlg',
      'Option "idTokenSigningAlg" is HS256, which needs "clientSecret".')
  }
  if (ways.length > 1 && !(hs256 && ways.length === 2 && ways[0] === 'clientSecret')) {
    throw new ConfigurationError(ways[1]!, `Give only one of ${ways.map(name => `"${name}"`).join(' and ')}.`)
  }
  for (const name of ['clientAssertionSigningAlg', 'clientAssertionSigningKeyId'] as const) {
    if (given[name] !== undefined && given.clientAssertionSigningKey === undefined) {
      throw new ConfigurationError(name, `Option "${name}" needs "clientAssertionSigningKey".`)
    }
  }
}

function checkCombinations (given: Given): void {
  for (const name of ['customFetch', 'dispatcher'] as const) {
    if (given.tls !== undefined && given[name] !== undefined) {
      throw new ConfigurationError('tls',
        `Option "tls" cannot be combined with "${name}": the client certificate would not be sent. Give the ` +
          `certificate to "${name}" yourself, or leave "${name}" out.`)
    }
  }
  if (given.customFetch !== undefined && given.dispatcher !== undefined) {
    throw new ConfigurationError('customFetch', 'Give only one of "customFetch" and "dispatcher".')
  }
  if (given.mountConnectRoutes === true && given.mountConnectedAccountRoutes === true) {
    throw new ConfigurationError('mountConnectedAccountRoutes',
      'Options "mountConnectRoutes" and "mountConnectedAccountRoutes" exclude each other: both use the connect route.')
  }
  if (given.signedAuthorizationRequests === true && given.clientAssertionSigningKey === undefined) {
    throw new ConfigurationError('signedAuthorizationRequests',
      'Option "signedAuthorizationRequests" needs "clientAssertionSigningKey".')
  }
  if (given.transactionConfiguration?.cookie?.sameSite === 'strict') {
    throw new ConfigurationError('transactionConfiguration.cookie.sameSite',
      'Option "transactionConfiguration.cookie.sameSite" must not be \'strict\': browsers would not send the cookie ' +
        'when Auth0 sends the user back, so no login could be finished.')
  }
  const params = typeof given.authorizationParams === 'object' ? given.authorizationParams : {}
  if ((given.organization ?? params.organization) !== undefined && given.allowOrganization !== undefined) {
    throw new ConfigurationError('allowOrganization',
      'Option "allowOrganization" has no effect beside "organization", which is enforced on every login.')
  }
  if (typeof given.organization === 'string' && params.organization !== undefined &&
    params.organization !== given.organization) {
    throw new ConfigurationError('authorizationParams.organization',
      'Option "authorizationParams.organization" must not differ from "organization", which is enforced on every ' +
        'login.')
  }
  if (params.response_mode === 'form_post' &&
    (given.appBaseUrl ?? []).some(base => !base.secure && !isLoopback(new URL(base.origin).hostname))) {
    throw new ConfigurationError('authorizationParams.response_mode',
      'form_post needs https: its transaction cookie must be SameSite=None; Secure.')
  }
}

/**
 * Name prefixes and plain http, decided for the addresses the application is known to have. @see RFC 6265bis section
 * 4.1.3
 */
function cookieConfig (given: ReturnType<typeof cookie> | undefined,
  bases: readonly { origin: string, secure: boolean }[], option: string): Config['sessionCookie'] {
  const { name, secure, domain, path = '/', sameSite = 'lax', partitioned = false } = given ?? {}
  const insecure = bases.find(base => !base.secure)
  if (insecure !== undefined && secure === undefined && !isLoopback(new URL(insecure.origin).hostname)) {
    throw new ConfigurationError('appBaseUrl',
      `Option "appBaseUrl" is plain http on "${new URL(insecure.origin).host}": cookies would travel unencrypted. ` +
        'Use https, or set "sessionConfiguration.cookie.secure" and "transactionConfiguration.cookie.secure" to ' +
        'false ' +
        'where that is meant.')
  }
  if (secure === false && bases.some(base => base.secure)) {
    throw new ConfigurationError(`${option}.secure`,
      `Option "${option}.secure" must not be false for an application on https.`)
  }
  if ((sameSite === 'none' || partitioned) && secure === false) {
    throw new ConfigurationError(`${option}.sameSite`,
      `Option "${option}": browsers take SameSite=None and Partitioned only with "secure".`)
  }
  if (name?.startsWith('__Host-') === true && (domain !== undefined || path !== '/' || secure === false)) {
    throw new ConfigurationError(`${option}.name`,
      `Option "${option}.name": a "__Host-" cookie has no domain, the path "/" and is secure.`)
  }
  if (name?.startsWith('__Secure-') === true && secure === false) {
    throw new ConfigurationError(`${option}.name`, `Option "${option}.name": a "__Secure-" cookie is secure.`)
  }
  return { name, sameSite, secure, domain, path, partitioned }
}
