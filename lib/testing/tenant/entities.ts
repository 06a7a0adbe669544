import type { webcrypto } from 'node:crypto'

/** A further account that is linked to a user. */
export interface TenantIdentity {
  connection: string
  userId: string
  /** Default: the connection's name. */
  provider?: string
}

/** A second factor of a user. */
export interface TenantAuthenticator {
  id?: string
  type: 'otp' | 'sms' | 'voice' | 'email' | 'push' | 'recovery-code'
  /** The TOTP secret, base32. */
  secret?: string
  /** Phone number or e-mail address. */
  target?: string
  recoveryCode?: string
  /** Whether the enrollment is finished. Default `true`. */
  active?: boolean
}

/** A user who can log in at the tenant. */
export interface TenantUser {
  /** Auth0's user id. Default `auth0|…`, made of the e-mail address. */
  sub?: string
  email?: string
  emailVerified?: boolean
  phoneNumber?: string
  username?: string
  name?: string
  givenName?: string
  familyName?: string
  nickname?: string
  picture?: string
  /** Default `password`. */
  password?: string
  blocked?: boolean
  /** The database connection, or the connection the user came by. Default `Username-Password-Authentication`. */
  connection?: string
  /** Further claims of the ID token and of `/userinfo`, as an Action would set them. */
  claims?: Record<string, unknown>
  /** Further claims of access tokens for an API. */
  accessTokenClaims?: Record<string, unknown>
  /** Permissions by API identifier: the `permissions` claim. */
  permissions?: Record<string, readonly string[]>
  /** Accounts linked to this one. */
  identities?: readonly TenantIdentity[]
  /** Whether logins need a second factor. */
  mfa?: boolean
  authenticators?: readonly TenantAuthenticator[]
  userMetadata?: Record<string, unknown>
  appMetadata?: Record<string, unknown>
}

/** An API and the scopes an application may ask for it with a refresh token that was made for another API. */
export interface RefreshTokenPolicy {
  audience: string
  scope: readonly string[]
}

/** An application registered at the tenant. */
export interface TenantClient {
  clientId: string
  /** Without a secret and without `jwks` the application is public. */
  clientSecret?: string
  name?: string
  /** Allowed Callback URLs. Default: any URL on a loopback host. */
  callbacks?: readonly string[]
  /** Allowed Logout URLs. Default: any URL on a loopback host. */
  logoutUrls?: readonly string[]
  /** Allowed Web Origins: whose pages get answers by web message. Default: any origin on a loopback host. */
  webOrigins?: readonly string[]
  /** Public keys for `private_key_jwt` and signed request objects. */
  jwks?: { keys: readonly (webcrypto.JsonWebKey & { kid?: string })[] }
  /** The application's certificate, PEM; it needs a tenant with `tls`. */
  certificate?: string
  tokenEndpointAuthMethod?: 'none' | 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt'
    | 'self_signed_tls_client_auth'
  /** Grant types it may use. Default: all. */
  grantTypes?: readonly string[]
  idTokenSigningAlg?: 'RS256' | 'PS256' | 'HS256'
  refreshToken?: {
    /** Whether a refresh token is replaced at each use. Default `false`, as at Auth0. */
    rotation?: boolean,
    /** Seconds in which a replaced refresh token may still be used. Default the tenant's `refreshTokenOverlap`. */
    overlap?: number,
    /** Other APIs the refresh token works for. */
    policies?: readonly RefreshTokenPolicy[]
  }
  requirePushedAuthorizationRequests?: boolean
  requireSignedRequestObject?: boolean
  /** PKCE is always asked of public applications; `true` asks it of this one too. */
  requirePkce?: boolean
  /** Tokens only with a proof of possession. @see RFC 9449 */
  requireProofOfPossession?: boolean
  /** Whether users of an organization may, may not or must log in through it. Default `allow`. */
  organizationUsage?: 'allow' | 'deny' | 'require'
  /** Whether session transfer tokens may be made for the application's users. Default `true`. */
  sessionTransfer?: boolean
  /**
   * An application of a stranger: users are asked for consent, and get the scopes of an API that `clientGrants` names,
   * or all without it. Default `false`.
   */
  thirdParty?: boolean
  /** Whether others may act for users in it, by a session transfer token with an actor. Default `true`. */
  delegatedAccess?: boolean
  /**
   * Whether `auth0-forwarded-for` on the token endpoint says where a user is; a confidential application may be
   * trusted so. Default `false`.
   */
  trustsForwardedFor?: boolean
  /** Whether it may have anonymous sessions. Default `true`. */
  anonymousSessions?: boolean
  /** Where logout tokens are posted. @see OpenID Connect Back-Channel Logout 1.0 */
  backchannelLogoutUrl?: string
  /** Whether access tokens may be had without a user, by API. Default: all scopes of every API. */
  clientGrants?: Record<string, readonly string[]>
}

/** A pending invitation to an organization. */
export interface TenantInvitation {
  ticket: string
  email?: string
}

/** An organization of the tenant. */
export interface TenantOrganization {
  id: string
  name: string
  displayName?: string
  /** Subjects or e-mail addresses of the members. */
  members?: readonly string[]
  invitations?: readonly TenantInvitation[]
}

/** An API of the tenant. */
export interface TenantResourceServer {
  /** The `audience`. */
  identifier: string
  name?: string
  scopes?: readonly string[]
  /**
   * Grant only the scopes that the user's permissions hold, and write `permissions` into the token. Default `false`.
   */
  rbac?: boolean
  /** Default `true`. */
  allowOfflineAccess?: boolean
  /** Whether anonymous sessions get access tokens for it. Default `false`. */
  allowAnonymousAccess?: boolean
  /** Seconds. Default 86 400. */
  tokenLifetime?: number
  /**
   * Auth0's own access token profile or that of RFC 9068. `rbac` alone decides about permissions, `_authz` or not.
   * Default `access_token`.
   */
  tokenDialect?: 'access_token' | 'access_token_authz' | 'rfc9068_profile' | 'rfc9068_profile_authz'
  signingAlg?: 'RS256' | 'PS256'
  /** Types of `authorization_details` it knows. @see RFC 9396 */
  authorizationDetailsTypes?: readonly string[]
  /** The application that is this API: it may exchange the API's access tokens. */
  linkedClientId?: string
}

/** A connection whose accounts users can connect and link. */
export interface TenantConnection {
  name: string
  strategy?: string
  /** E-mail domains whose users log in by it: they are federated. */
  domains?: readonly string[]
  /** Id or name of the organization that a login by it is in, when none was asked for. */
  organization?: string
  scopes?: readonly string[]
}
