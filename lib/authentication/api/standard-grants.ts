import { requireText } from '../server/arguments.js'
import { requestToken } from '../server/token-endpoint.js'
import type { AudienceAndScope, Grant } from './grant.js'

/** Parameters of the authorization code grant. @see RFC 6749 section 4.1.3 */
export interface AuthorizationCodeParams {
  code: string
  /** As it was sent to `/authorize`; may be left out only if it was left out there. */
  redirectUri?: string | undefined
  codeVerifier?: string | undefined
}

/** Redeems an authorization code. @see RFC 6749 section 4.1.3, RFC 7636 section 4.5 */
export const authorizationCodeGrant: Grant<AuthorizationCodeParams> = async (server, params, options) => {
  requireText(params, 'code')
  return requestToken(server, {
    grant_type: 'authorization_code',
    code: params.code,
    redirect_uri: params.redirectUri,
    code_verifier: params.codeVerifier
  }, options)
}

/** Parameters of the client credentials grant. @see RFC 6749 section 4.4 */
export interface ClientCredentialsParams {
  audience: string
  /** The organization the token is for. */
  organization?: string | undefined
  scope?: string | undefined
}

/** A token for the application itself. @see RFC 6749 section 4.4 */
export const clientCredentialsGrant: Grant<ClientCredentialsParams> = async (server, params, options) => {
  requireText(params, 'audience')
  const { audience, organization, scope } = params
  return requestToken(server, { grant_type: 'client_credentials', audience, organization, scope }, options)
}

/** Parameters of the password grant. @see RFC 6749 section 4.3 */
export interface PasswordParams extends AudienceAndScope {
  username: string
  password: string
}

/** The user's name and password, checked in the tenant's default directory. @see RFC 6749 section 4.3 */
export const passwordGrant: Grant<PasswordParams> = async (server, params, options) => {
  requireText(params, 'username', 'password')
  const { username, password, audience, scope } = params
  return requestToken(server, { grant_type: 'password', username, password, audience, scope }, options)
}

/** Parameters of the password grant for one connection (realm). */
export interface PasswordRealmParams extends PasswordParams {
  /** The connection's name. */
  realm: string
}

/** The user's name and password, checked in one connection. */
export const passwordRealmGrant: Grant<PasswordRealmParams> = async (server, params, options) => {
  requireText(params, 'username', 'password', 'realm')
  const { username, password, realm, audience, scope } = params
  return requestToken(server, {
    grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
    username,
    password,
    realm,
    audience,
    scope
  }, options)
}

/** Parameters of the refresh token grant. @see RFC 6749 section 6 */
export interface RefreshTokenParams extends AudienceAndScope {
  refreshToken: string
}

/** A new access token for a refresh token; the answer may replace the refresh token. @see RFC 6749 section 6 */
export const refreshTokenGrant: Grant<RefreshTokenParams> = async (server, params, options) => {
  requireText(params, 'refreshToken')
  const { refreshToken, audience, scope } = params
  return requestToken(server, { grant_type: 'refresh_token', refresh_token: refreshToken, audience, scope }, options)
}
