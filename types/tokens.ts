/** How an access token is presented to an API. @see RFC 6750, RFC 9449 */
export type TokenType = 'Bearer' | 'DPoP'

/** An access token as `getAccessToken()` returns it. */
export interface AccessToken {
  accessToken: string
  tokenType: TokenType
  /** Scopes the server granted, space separated. */
  scope: string
  /** Epoch seconds; `0` when the server did not say. */
  expiresAt: number
  /** Identifier of the API the token is for; absent for an opaque `/userinfo` token. */
  audience?: string
}

/** An access token as the session keeps it. */
export interface TokenSet extends AccessToken {
  /** What was asked for: compared with the next request, so a down-scoped grant is not refreshed on every call. */
  requestedScope: string
}

/** A provider's access token from Token Vault as the session keeps it. */
export interface ConnectionTokenSet {
  accessToken: string
  scope: string
  /** Epoch seconds. */
  expiresAt: number
  connection: string
  loginHint?: string
}

/** A successful answer of `/oauth/token`, wire names. @see RFC 6749 section 5.1 */
export interface TokenResponse {
  access_token: string
  token_type: string
  expires_in?: number
  id_token?: string
  refresh_token?: string
  scope?: string
  issued_token_type?: string
  authorization_details?: AuthorizationDetail[]
  recovery_code?: string
  [member: string]: unknown
}

/** One element of Rich Authorization Requests. @see RFC 9396 section 2 */
export interface AuthorizationDetail {
  type: string
  [member: string]: unknown
}

/** The payload of a verified JWT. */
export interface JwtClaims {
  iss?: string
  sub?: string
  aud?: string | string[]
  exp?: number
  nbf?: number
  iat?: number
  jti?: string
  [claim: string]: unknown
}

/** The payload of a verified ID token. @see OpenID Connect Core section 2 */
export interface IdTokenClaims extends JwtClaims {
  iss: string
  sub: string
  aud: string | string[]
  exp: number
  iat: number
  nonce?: string
  azp?: string
  auth_time?: number
  acr?: string
  amr?: string[]
  sid?: string
  org_id?: string
  org_name?: string
  /** Epoch seconds the session may not outlive (IPSIE). */
  session_expiry?: number
}

/** The payload of a verified access token. @see RFC 9068 section 2.2 */
export interface AccessTokenClaims extends JwtClaims {
  iss: string
  aud: string | string[]
  exp: number
  scope?: string
  permissions?: string[]
  client_id?: string
  azp?: string
  org_id?: string
  org_name?: string
  /** Proof-of-possession: the thumbprint of the key the token is bound to. */
  cnf?: { jkt?: string, 'x5t#S256'?: string }
  /** Who acts for the subject; nested for a chain. @see RFC 8693 section 4.1 */
  act?: Actor
}

/** The caller of an MCP server, in the shape of `AuthInfo` of the MCP SDK. */
export interface AuthInfo {
  /** The access token; it is for this server only and must not be passed on. */
  token: string
  /** Empty where the token names no client. */
  clientId: string
  /** The scopes of the token, and its permissions. */
  scopes: string[]
  /** Epoch seconds. */
  expiresAt: number
  /** The audience that the token was taken for, where it is a URL. */
  resource?: URL
  /** Where the resource describes itself. @see RFC 9728 */
  resourceMetadataUrl?: string
  /** The claims of the token. */
  extra: Record<string, unknown>
}

/** One link of a delegation chain. @see RFC 8693 section 4.1 */
export interface Actor {
  sub: string
  act?: Actor
  [claim: string]: unknown
}

/** The payload of a verified logout token. @see OpenID Connect Back-Channel Logout section 2.4 */
export interface LogoutTokenClaims extends JwtClaims {
  iss: string
  aud: string | string[]
  iat: number
  jti: string
  sid?: string
  events: Record<string, unknown>
}
