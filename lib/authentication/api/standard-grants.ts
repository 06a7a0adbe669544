import { grant, type AudienceAndScope } from './grant.js'

/** Parameters of the authorization code grant. @see RFC 6749 section 4.1.3 */
export interface AuthorizationCodeParams {
  code: string
  /** As it was sent to `/authorize`; may be left out only if it was left out there. */
  redirectUri?: string | undefined
  codeVerifier?: string | undefined
}

/** Redeems an authorization code. @see RFC 6749 section 4.1.3, RFC 7636 section 4.5 */
export const authorizationCodeGrant = grant<AuthorizationCodeParams>('authorization_code', ['code'],
  ['redirectUri', 'codeVerifier'])

/** Parameters of the client credentials grant. @see RFC 6749 section 4.4 */
export interface ClientCredentialsParams {
  audience: string
  /** The organization the token is for. */
  organization?: string | undefined
  scope?: string | undefined
}

/** A token for the application itself. @see RFC 6749 section 4.4 */
export const clientCredentialsGrant = grant<ClientCredentialsParams>('client_credentials', ['audience'],
  ['organization', 'scope'])

/** Parameters of the password grant. @see RFC 6749 section 4.3 */
export interface PasswordParams extends AudienceAndScope {
  username: string
  password: string
}

/** The user's name and password, checked in the tenant's default directory. @see RFC 6749 section 4.3 */
export const passwordGrant = grant<PasswordParams>('password', ['username', 'password'], ['audience', 'scope'])

/** Parameters of the password grant for one connection (realm). */
export interface PasswordRealmParams extends PasswordParams {
  /** The connection's name. */
  realm: string
}

/** The user's name and password, checked in one connection. */
export const passwordRealmGrant = grant<PasswordRealmParams>('http://auth0.com/oauth/grant-type/password-realm',
  ['username', 'password', 'realm'], ['audience', 'scope'])

/** Parameters of the refresh token grant. @see RFC 6749 section 6 */
export interface RefreshTokenParams extends AudienceAndScope {
  refreshToken: string
}

/** A new access token for a refresh token; the answer may replace the refresh token. @see RFC 6749 section 6 */
export const refreshTokenGrant = grant<RefreshTokenParams>('refresh_token', ['refreshToken'], ['audience', 'scope'])
