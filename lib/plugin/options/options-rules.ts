import { ConfigurationError } from '../../errors.js'
import type { Auth0Options } from '../../../types/options.js'
import type { RefreshStore, RevocationStore, TransactionStore } from '../../../types/stores.js'
import { ASYMMETRIC, SYMMETRIC_AND_ASYMMETRIC } from './algorithms.js'
import { REFRESH_STORE } from './refresh-store.js'
import { parseDomain } from '../../authentication/server/authorization-server.js'
import { apiOptions } from './api-options.js'
import { parseAppBase } from './app-base.js'
import { dpopKey, signingKey, tlsCredentials } from './key-rules.js'
import { stringList } from './lists.js'
import { authorizationParams, scope } from './login-options.js'
import { logoutParams, logoutUrl } from './logout-options.js'
import { pages } from './page-options.js'
import {
  callable, checkMembers, count, describe, flag, members, oneOf, refuseOption, seconds, text, unauthenticated,
  withMethods, type Rule
} from './rules.js'
import { importSessions, sessionConfiguration, transactionConfiguration } from './session-options.js'
import { sessionStore } from './session-store.js'
import { telemetry } from './telemetry.js'

const isNoSecret = (secret: unknown): boolean => typeof secret !== 'string' || secret.length < 32

const secretList: Rule<readonly string[]> = (value, option) => {
  const secrets: unknown[] = Array.isArray(value) ? value : [value]
  if (secrets.length === 0 || secrets.some(isNoSecret)) {
    const wrong = secrets.find(isNoSecret) ?? value
    throw new ConfigurationError(option,
      `Option "${option}" must be a string of at least 32 characters, or a list of such strings with the newest ` +
        `first; got ${describe(wrong)}. Make one with: openssl rand -hex 32`)
  }
  return Object.freeze([...secrets]) as readonly string[]
}

/** A clock of epoch seconds; one of milliseconds would be noticed at the first login only. */
const clock: Rule<() => number> = (value, option) => {
  const time: unknown = callable<() => unknown>(value, option)()
  return typeof time === 'number' && Number.isFinite(time) && time < 1e11
    ? value as () => number
    : refuseOption(option, value, 'a function that returns epoch seconds, such as () => Date.now() / 1000')
}

/** Lists are for an API that checks tokens. */
const loginAudience: Rule<string> = (value, option) => {
  if (typeof value === 'string') return text(value, option)
  return refuseOption(option, value,
    'the API that a login asks an access token for; the audiences of an API that you guard are "api.audience"')
}

/** What each option accepts, and what becomes of it. */
export const rules = {
  domain: (value: unknown, option: string) =>
    typeof value === 'function'
      ? value as Extract<Auth0Options['domain'], (...args: never[]) => unknown>
      : text(value, option),
  formerDomains: (value: unknown, option: string) =>
    stringList(value, option).map(domain => parseDomain(domain, option).issuer),
  managementDomain: text,
  allowPrivateDomains: flag,
  clientId: text,
  clientSecret: text,
  clientSecretMethod: oneOf('post', 'basic'),
  clientAssertionSigningKey: signingKey,
  clientAssertionSigningAlg: oneOf(...ASYMMETRIC),
  clientAssertionSigningKeyId: text,
  tls: tlsCredentials,
  useMtls: flag,
  appBaseUrl: (value: unknown, option: string) =>
    (Array.isArray(value) && value.length > 0 ? value : [value]).map(entry => parseAppBase(entry, option)),
  sessionSecret: secretList,
  audience: loginAudience,
  scope,
  authorizationParams,
  pushedAuthorizationRequests: flag,
  signedAuthorizationRequests: flag,
  requestObjectSigningKey: signingKey,
  requestObjectSigningAlg: oneOf(...ASYMMETRIC),
  requestObjectSigningKeyId: text,
  organization: (value: unknown, option: string) =>
    typeof value === 'function'
      ? value as Extract<Auth0Options['organization'], (...args: never[]) => unknown>
      : text(value, option),
  allowSessionTransfer: flag,
  allowOrganization: callable<NonNullable<Auth0Options['allowOrganization']>>,
  allowConnect: callable<NonNullable<Auth0Options['allowConnect']>>,
  onUnauthenticated: unauthenticated,
  sessionStore,
  sessionConfiguration,
  transactionConfiguration,
  transactionStore: withMethods<TransactionStore>(['set', 'take', 'delete'], 'a TransactionStore'),
  revocationStore: withMethods<RevocationStore>(['revoke', 'revokedAt'], 'a RevocationStore'),
  refreshStore: withMethods<RefreshStore>(REFRESH_STORE, 'a RefreshStore'),
  onRefreshStoreError: oneOf('fail', 'alone'),
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
  discoveryCache: members({ ttl: seconds(0, 86_400), maxEntries: count(1, 10_000) }),
  dispatcher: withMethods<NonNullable<Auth0Options['dispatcher']>>(['dispatch'], 'an undici Dispatcher'),
  customFetch: callable<typeof fetch>,
  httpTimeout: seconds(0.05, 300),
  telemetry,
  clockTolerance: seconds(0, 300),
  idTokenSigningAlg: oneOf(...SYMMETRIC_AND_ASYMMETRIC),
  dpop: dpopKey,
  mfaTokenTtl: seconds(1, 3600),
  refreshLeeway: seconds(0, 3600),
  beforeSessionSaved: callable<NonNullable<Auth0Options['beforeSessionSaved']>>,
  onError: callable<NonNullable<Auth0Options['onError']>>,
  onCallbackError: callable<NonNullable<Auth0Options['onCallbackError']>>,
  onEnterpriseLogin: callable<NonNullable<Auth0Options['onEnterpriseLogin']>>,
  importSessions,
  logoutUrl,
  logoutStrategy: oneOf('oidc', 'v2'),
  logoutParams,
  onEvent: callable<NonNullable<Auth0Options['onEvent']>>,
  api: apiOptions,
  pages,
  now: clock
} satisfies Record<keyof Auth0Options, Rule<unknown>>

/** The options that were given, checked one by one. */
export type GivenOptions = ReturnType<typeof checkMembers<typeof rules>>
