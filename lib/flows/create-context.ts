import { createHttp } from '../http/send.js'
import { createSingleFlight } from '../base/single-flight.js'
import { sessionBytes } from '../stores/stateless/session-bytes.js'
import { createStatelessSessions } from '../stores/stateless/stateless-sessions.js'
import { createCookieTransactions } from '../stores/transactions/cookie-transactions.js'
import { createKeyedMutex } from '../base/keyed-mutex.js'
import { MemoryRevocationStore } from '../stores/memory/memory-revocation-store.js'
import { applicationRevocations } from '../stores/revocation/application-revocations.js'
import type { SessionCookieNames, Sessions } from '../stores/sessions.js'
import type { CookieAttributes, CookieJar, RevocationStore, TransactionStore } from '../../types/stores.js'
import { createAssertionSigner } from '../tokens/assertion.js'
import { createDpopNonces } from '../tokens/dpop-nonces.js'
import { secretKey } from '../tokens/keys.js'
import { createUsedIds } from '../base/use-once.js'
import { createVerifiedTokens } from './api/verified-tokens.js'
import type { Config, CookieConfig } from './config.js'
import { cookieNames } from './cookie-names.js'
import { boundedTransactions } from './bounded-transactions.js'
import { clockWatch } from './clock-watch.js'
import { createTakenLogins } from './login/taken-logins.js'
import { createConnectionTokens } from './tokens/connection-tokens.js'
import type { RefreshSharing } from './tokens/refresh-sharing.js'
import type { PluginContext } from './context.js'
import type { Parts } from './parts.js'
import { deviceGate } from './device/gate.js'
import { createEventSink, type Log } from './events.js'
import { importingOptions } from './importing.js'
import { setupWarnings } from './setup-warnings.js'
import { createFederatedDomains } from './login/federated-domains.js'
import { sealerFor, type SealerFor } from './sealers.js'
import { createServers } from './servers.js'
import { noSessions } from './session/no-sessions.js'
import { warningLine } from './warning-texts.js'

const DAY = 86_400
/** Days a browser keeps any cookie. @see RFC 6265bis section 5.5 */
const MAX_COOKIE_DAYS = 400
/** DPoP proofs that are remembered, of all keys and of one: at 300 seconds each, 300 and 30 a second. */
const MAX_PROOFS = 100_000
const MAX_PROOFS_OF_KEY = 10_000
const MAX_LOGOUT_TOKENS = 100_000
const MAX_LOGINS = 8
const MAX_TAKEN_LOGINS = 100_000

/** A context, and what must be released with it. */
interface OwnedPluginContext {
  context: PluginContext
  close: () => Promise<void>
}

/** Builds what one registration of the plugin shares among its requests. */
export function createContext (config: Config, log: Log, parts: Parts): OwnedPluginContext {
  const emit = createEventSink(config.onEvent, log)
  const http = createHttp({
    timeout: config.httpTimeout,
    telemetry: config.telemetry,
    publicOnly: (config.resolveDomain !== undefined || typeof config.api.issuers === 'function') &&
      !config.allowPrivateDomains,
    dispatcher: config.dispatcher,
    customFetch: config.customFetch,
    tls: config.tls
  })
  const onFull = (memory: string) => () =>
    emit({ type: 'warning', outcome: 'failure', reason: `${memory}_full`, blame: 'application' })
  const revocations = config.revocationStore === undefined
    ? new MemoryRevocationStore({ now: config.now, onFull: onFull('revocation_list') })
    : applicationRevocations(config.revocationStore, config.clientId)
  const apiSecret = config.api.secret === undefined ? undefined : secretKey(config.api.secret)
  const servers = createServers(config, http, emit, clockWatch(config, log))
  const sealer = sealerFor(config)
  const names = cookieNames(config)
  const warn = (code: string, detail: object): void => {
    log.warn({ ...detail, code }, warningLine(code))
  }
  const cookieTransactions = createCookieTransactions({
    name: names.transaction,
    attributes: (secure, formPost) =>
      formPost
        ? { ...cookieAttributes(config.transactionCookie, true), sameSite: 'none', secure: true }
        : cookieAttributes(config.transactionCookie, secure),
    sealer: sealer('transaction', Math.ceil(config.transactionDuration / DAY)),
    sessionBytes: jar => sessionBytes(jar, names.session(jar)),
    now: config.now,
    maxCount: MAX_LOGINS,
    maxTaken: MAX_TAKEN_LOGINS,
    onFull: onFull('taken_transactions')
  })
  const sessions = createSessions(config, parts, revocations, sealer, {
    names: names.session,
    warn,
    makeRoom: (jar, bytes) => { cookieTransactions.makeRoom(jar, bytes) }
  })
  for (const { code, message } of setupWarnings(config)) log.warn({ code }, `auth0 warning: ${message}`)
  const context: PluginContext = {
    config,
    now: config.now,
    http,
    requestObjectSigner: config.requestObject === undefined
      ? undefined
      : createAssertionSigner({ ...config.requestObject, option: 'requestObjectSigningKey' }),
    servers,
    sessions: parts.importing === undefined
      ? sessions
      : parts.importing(sessions, importingOptions(config, { revocations, names: names.session, warn })),
    cookieNames: names,
    revocations,
    transactions: ownTransactions(config, names.registration) ?? cookieTransactions,
    takenLogins: createTakenLogins(),
    refreshMutex: createKeyedMutex(),
    refreshSharing: refreshSharing(config, parts, warn),
    connectionTokens: createConnectionTokens(),
    flights: createSingleFlight<unknown>() as PluginContext['flights'],
    verifiedTokens: createVerifiedTokens(config.api.cacheEntries ?? 1000,
      ({ issuer, header, key }) => apiSecret !== undefined || servers.get(issuer).keys.has(key, header)),
    apiSecret,
    dpopProofs: createUsedIds({
      maxEntries: MAX_PROOFS,
      maxEach: MAX_PROOFS_OF_KEY,
      onFull: onFull('dpop_proofs')
    }),
    logoutTokens: createUsedIds({ maxEntries: MAX_LOGOUT_TOKENS, onFull: onFull('logout_tokens') }),
    dpopNonces: config.api.dpopNonce === true ? createDpopNonces(config.sessionSecrets[0]!) : undefined,
    mfaSealer: sealer('mfa', 1),
    stepUpSealer: sealer('step-up', 1),
    deviceSealer: config.deviceBound === undefined ? undefined : sealer('device', 2),
    anonymousSealer: sealer('anonymous', MAX_COOKIE_DAYS),
    federatedDomains: createFederatedDomains({ now: config.now, emit, httpTimeout: config.httpTimeout }),
    emit
  }
  return {
    context,
    close: async () => {
      await http.close()
    }
  }
}

function ownTransactions ({ transactionStore: store, storeTimeout }: Config,
  suffix: string): TransactionStore | undefined {
  return store && boundedTransactions(store.forRegistration?.(suffix) ?? store, storeTimeout)
}

/** What sessions share with the logins under way. */
interface SessionCookieSetup {
  names: (jar: CookieJar) => SessionCookieNames
  warn: (code: string, detail: object) => void
  makeRoom: (jar: CookieJar, bytes: number) => void
}

function createSessions (config: Config, { stateful }: Parts, revocations: RevocationStore, sealer: SealerFor,
  { names, warn, makeRoom }: SessionCookieSetup): Sessions {
  const attributes = (secure: boolean): CookieAttributes => cookieAttributes(config.sessionCookie, secure)
  const days = Math.ceil(config.lifetime.absoluteDuration / DAY)
  if (config.apiOnly) return noSessions()
  const gate = deviceGate(config, { names, attributes })
  if (config.sessionStore === undefined) {
    return createStatelessSessions({
      names,
      attributes,
      transient: config.sessionCookie.transient,
      audience: config.audience,
      makeRoom,
      sealers: { session: sealer('session', days), tokens: sealer('tokens', days), seen: sealer('seen', days) },
      lifetime: config.lifetime,
      revocations,
      now: config.now,
      cacheEntries: config.cacheEntries,
      storeTimeout: config.storeTimeout,
      clockTolerance: config.clockTolerance,
      onStoreError: config.onStoreError,
      gate,
      warn
    })
  }
  const storeSealer = config.encryptAtRest ? sealer('store', days) : undefined
  const { applicationStore, createStatefulSessions, LOGIN_IN_FLIGHT } = stateful!
  return createStatefulSessions({
    store: applicationStore(config.sessionStore, {
      clientId: config.clientId,
      wrote: value => storeSealer === undefined || storeSealer.open(value.slice(0, value.indexOf('\n'))) !== undefined
    }),
    names,
    attributes,
    transient: config.sessionCookie.transient,
    sealer: storeSealer,
    idSealer: sealer('session', days),
    revocations,
    revocationDuration: config.importSessions && Math.max(LOGIN_IN_FLIGHT, config.lifetime.absoluteDuration),
    cacheEntries: config.cacheEntries,
    lifetime: config.lifetime,
    now: config.now,
    timeout: config.storeTimeout,
    clockTolerance: config.clockTolerance,
    lease: refreshLease(config),
    onStoreError: config.onStoreError,
    gate,
    warn
  })
}

/**
 * Long enough for a token call, a repeated one, and the store before and after; short enough that a session whose
 * holder died is not stuck for long. Waiters outlast it, so that they go on then.
 */
function refreshLease ({ httpTimeout, storeTimeout }: Config): { leaseSeconds: number, waitSeconds: number } {
  const leaseSeconds = 2 * (httpTimeout + storeTimeout)
  return { leaseSeconds, waitSeconds: leaseSeconds + 1 }
}

/** Sessions in a store have its own lock. */
function refreshSharing (config: Config, { sharing }: Parts,
  warn: (code: string, detail: object) => void): RefreshSharing | undefined {
  const { refreshStore: store, sessionStore } = config
  if (store === undefined || sessionStore !== undefined) return undefined
  return sharing!.createRefreshSharing({
    store,
    onError: config.onRefreshStoreError,
    secrets: config.sessionSecrets,
    clientId: config.clientId,
    timeout: config.storeTimeout,
    lease: refreshLease(config),
    now: config.now,
    warn
  })
}

function cookieAttributes (cookie: CookieConfig, secure: boolean): CookieAttributes {
  return {
    path: cookie.path,
    httpOnly: true,
    secure: cookie.secure ?? (secure || cookie.sameSite === 'none' || cookie.partitioned),
    sameSite: cookie.sameSite,
    ...(cookie.domain !== undefined && { domain: cookie.domain }),
    ...(cookie.partitioned && { partitioned: true })
  }
}
