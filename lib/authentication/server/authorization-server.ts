import type { DpopKeyInput } from '../../../types/options.js'
import type { Awaitable } from '../../../types/stores.js'
import { andThen } from '../../base/awaitable.js'
import { isWithin } from '../../base/clock.js'
import { unlessAborted } from '../../base/deadline.js'
import { ConfigurationError } from '../../errors.js'
import type { Http } from '../../http/send.js'
import { createSingleFlight } from '../../base/single-flight.js'
import type { AssertionSigner } from '../../tokens/assertion.js'
import { createDpopKey, type DpopKey } from '../../tokens/dpop.js'
import { remoteKeys, type RefreshableKeySource } from '../../tokens/keys.js'
import { authenticateClient, type ClientAuthentication, type CredentialPlace } from './client-auth.js'
import { fetchMetadata, type Metadata, type MetadataSource } from './discovery.js'
import { parseDomain } from './domain.js'

export { parseDomain } from './domain.js'
export type { Metadata } from './discovery.js'

/** Endpoints that the tenant's metadata names. */
export type EndpointName = 'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint' | 'end_session_endpoint'
  | 'revocation_endpoint' | 'pushed_authorization_request_endpoint' | 'backchannel_authentication_endpoint'
  | 'device_authorization_endpoint' | 'registration_endpoint'

/** One Auth0 domain as this client sees it. */
export interface AuthorizationServer {
  /** Host and port. */
  readonly domain: string
  /** `https://{domain}/`. */
  readonly issuer: string
  readonly clientId: string
  readonly http: Http
  readonly keys: RefreshableKeySource
  readonly now: () => number
  /** The key tokens are bound to, when they are. */
  readonly dpop: Awaitable<DpopKey> | undefined
  readonly assertionSigner: AssertionSigner | undefined
  /** The checked metadata; at once while it is fresh. */
  metadata(): Awaitable<Metadata>
  /** Where an endpoint is; its mutual-TLS alias when a certificate is used. At once while the metadata is fresh. */
  endpoint(name: EndpointName, signal?: AbortSignal | undefined): Awaitable<string>
  /** Where a path that the metadata does not name is, e.g. `passwordless/start`. */
  url(path: string, signal?: AbortSignal | undefined): Awaitable<string>
  /** Credentials for one request; call it again for the next. */
  clientAuthentication(place?: CredentialPlace): Promise<ClientAuthentication>
}

/** What describes a client at one domain. */
export interface AuthorizationServerOptions {
  domain: string
  clientId: string
  clientSecret?: string | undefined
  clientSecretMethod?: 'post' | 'basic' | undefined
  assertionSigner?: AssertionSigner | undefined
  /** Whether `http` presents a client certificate. */
  tls?: boolean | undefined
  /** A key, one to be generated, or where to get one that several servers share. */
  dpop?: boolean | { key: DpopKeyInput } | (() => Promise<DpopKey>) | undefined
  http: Http
  now: () => number
  /** Seconds the metadata is fresh. Default 600. */
  discoveryTtl?: number | undefined
  /** Seconds the signing keys are fresh. Default 600. */
  jwksMaxAge?: number | undefined
  /** Told once when newer metadata cannot be had or is refused, and the older goes on serving. */
  onStaleMetadata?: ((error: unknown) => void) | undefined
  /** Told with each answer by how many seconds this server's clock is ahead of the tenant's. */
  onClock?: ((seconds: number) => void) | undefined
}

const STALE_LIMIT = 86_400
const COOLDOWN = 30

/** Binds a client to a domain. Nothing is fetched before it is needed. */
export function createAuthorizationServer (options: AuthorizationServerOptions): AuthorizationServer {
  const { clientId, http, now, tls = false, assertionSigner } = options
  const { domain, issuer } = parseDomain(options.domain)
  const metadata = cachedMetadata(issuer, {
    http,
    now,
    ttl: options.discoveryTtl ?? 600,
    onStale: options.onStaleMetadata,
    onClock: options.onClock
  })
  const credentials = { ...options, issuer }
  let dpop: Promise<DpopKey> | undefined

  function endpoint (name: EndpointName, signal?: AbortSignal | undefined): Awaitable<string> {
    return andThen(unlessAborted(metadata(), signal), document => {
      const url = (tls ? document.mtls_endpoint_aliases?.[name] : undefined) ?? document[name]
      if (url === undefined) throw new ConfigurationError(name, `The tenant ${domain} does not offer "${name}".`)
      return url as string
    })
  }

  return {
    domain,
    issuer,
    clientId,
    http,
    now,
    assertionSigner,
    keys: remoteKeys({ jwksUri: async () => (await metadata()).jwks_uri, http, now, maxAge: options.jwksMaxAge }),
    get dpop () {
      if (options.dpop === undefined || options.dpop === false) return undefined
      if (typeof options.dpop === 'function') return (dpop ??= options.dpop())
      return (dpop ??= createDpopKey(options.dpop === true ? true : options.dpop.key))
    },
    metadata,
    endpoint,
    url: (path, signal) =>
      tls ? andThen(endpoint('token_endpoint', signal), url => new URL('/', url).href + path) : issuer + path,
    clientAuthentication: place => authenticateClient(credentials, place)
  }
}

/**
 * Metadata with a lifetime: fetched once for all who wait; while Auth0 cannot be reached the old document serves, up to
 * a limit.
 */
function cachedMetadata (issuer: string, source: MetadataSource & {
  ttl: number,
  onStale: ((error: unknown) => void) | undefined
}): () => Awaitable<Metadata> {
  const { now, ttl, onStale } = source
  const singleFlight = createSingleFlight<Metadata>()
  let cached: { document: Metadata, fetchedAt: number } | undefined
  let fresh = { at: -Infinity, seconds: 0 }
  let failures = 0
  let isStale = false
  let failed: { error: unknown, at: number, seconds: number } | undefined

  async function load (): Promise<Metadata> {
    if (failed !== undefined && isWithin(failed.seconds, failed.at, now())) throw failed.error
    try {
      cached = { document: await fetchMetadata(issuer, source), fetchedAt: now() }
      fresh = { at: now(), seconds: ttl }
      failures = 0
      failed = undefined
      isStale = false
      return cached.document
    } catch (error) {
      if (cached !== undefined && now() - cached.fetchedAt <= STALE_LIMIT) {
        fresh = { at: now(), seconds: COOLDOWN }
        if (!isStale) onStale?.(error)
        isStale = true
        return cached.document
      }
      // The first failure may be tried again at once; a domain that is not there is asked ever less often.
      failed = { error, at: now(), seconds: Math.min(COOLDOWN, failures++) }
      throw error
    }
  }
  return () =>
    cached !== undefined && isWithin(fresh.seconds, fresh.at, now()) ? cached.document : singleFlight('', load)
}
