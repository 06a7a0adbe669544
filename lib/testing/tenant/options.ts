import type {
  TenantClient, TenantConnection, TenantOrganization, TenantResourceServer, TenantUser
} from './entities.js'

export type * from './entities.js'

/** What a token exchange profile is told. */
export interface TokenExchangeRequest {
  subjectToken: string
  subjectTokenType: string
  clientId: string
  params: Readonly<Record<string, unknown>>
}

/** What a login is told to `requireMfa`. */
export interface MfaQuestion {
  user: TenantUser & { sub: string }
  clientId: string
  grantType: string
  scopes: readonly string[]
}

/** Seconds that things live. */
export interface TenantLifetimes {
  /** Access tokens without an API. Default 86 400. */
  accessToken?: number
  /** Default 36 000. */
  idToken?: number
  /** Default 2 592 000. */
  refreshToken?: number
  /** Authorization codes. Default 600. */
  code?: number
  /** The tenant's own session. Default 604 800. */
  session?: number
  /** Anonymous sessions. Default 86 400. */
  anonymousSession?: number
  /** The login page. Default 3600. */
  interaction?: number
}

/** Options of `createTenant()`. */
export interface TenantOptions {
  users?: readonly TenantUser[]
  clients?: readonly TenantClient[]
  organizations?: readonly TenantOrganization[]
  /** APIs. Default: `https://api.example.com` with `read:items` and `write:items`. */
  resourceServers?: readonly TenantResourceServer[]
  /** Port to listen on; 0 takes a free one. */
  port?: number
  /** A loopback host. Default `127.0.0.1`. */
  host?: string
  /**
   * Another issuer, e.g. `https://acme.eu.auth0.com/`: then no port is opened and `tenant.fetch` is the only way in.
   */
  issuer?: string
  /**
   * Whether authorization responses carry `iss`: Auth0's tenant setting "Include Issuer in Authorization Responses".
   * Default `false`. @see RFC 9207
   */
  authorizationResponseIss?: boolean
  /** Whether anybody may register a third-party application at `/oidc/register`. Default `true`. @see RFC 7591 */
  dynamicRegistration?: boolean
  /**
   * Whether a URL as `client_id` is looked up, and makes a third-party application of the document there; at Auth0 an
   * administrator imports it. Default `true`. @see OAuth Client ID Metadata Document
   */
  clientIdMetadata?: boolean
  /** Whether `/.well-known/webfinger` says which e-mail domains are federated. Default `true`. */
  federatedDiscovery?: boolean
  /** The clock, epoch seconds. */
  now?: () => number
  /** Seconds in which a rotated refresh token may be used again. Default 0. */
  refreshTokenOverlap?: number
  lifetimes?: TenantLifetimes
  /** Default `google-oauth2` and `github`. */
  connections?: readonly TenantConnection[]
  /** Token exchange profiles by `subject_token_type`: returns the user's id or e-mail address, or nothing to refuse. */
  tokenExchange?: Record<string, (request: TokenExchangeRequest) => string | undefined | Promise<string | undefined>>
  /** Whether a login or a refresh needs a second factor. Default: the user's `mfa`, at logins. */
  requireMfa?: (question: MfaQuestion) => boolean
  /**
   * Whether `acr_values` is ignored, so that a login which asks for a second factor gets along without. Default
   * `false`.
   */
  ignoresAcrValues?: boolean
  /** Seconds between two polls of a backchannel or device login. Default 5. */
  pollingInterval?: number
  /** Demand server-chosen nonces in DPoP proofs. Default `false`. */
  dpopNonce?: boolean
  /** Relying party id of passkeys. Default the issuer's host name. */
  passkeyRpId?: string
  /** Listens by https. With `ca` every caller must show a certificate of that authority. */
  tls?: { cert: string, key: string, ca?: string }
  /** How the tenant reaches applications (logout tokens, metadata documents). Default `globalThis.fetch`. */
  fetch?: typeof fetch
  /** Logins remembered: older sessions and grants end, with their tokens. Default 10 000. */
  maxLogins?: number
  /** Requests remembered in `tenant.requests`. Default 1000. */
  maxRequests?: number
}
