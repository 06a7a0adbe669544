import { toCamelCase, withWireNames } from '../../authentication/server/naming.js'
import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'

/** Tokens that belong to no session. */
export interface TokenResult {
  accessToken: string
  tokenType: string
  /** Seconds, where the server said so. */
  expiresIn: number | undefined
  /** Epoch seconds, where the server said so. */
  expiresAt: number | undefined
  scope: string | undefined
  issuedTokenType: string | undefined
  idToken: string | undefined
  refreshToken: string | undefined
  /** What the user authorized. @see RFC 9396 */
  authorizationDetails: AuthorizationDetail[] | undefined
  [member: string]: unknown
}

/** An answer of the token endpoint in this package's spelling. @param now epoch seconds */
export function tokenResult (tokens: TokenResponse, now: number): TokenResult {
  return withWireNames({
    ...toCamelCase(tokens),
    accessToken: tokens.access_token,
    tokenType: tokens.token_type,
    expiresIn: tokens.expires_in,
    expiresAt: tokens.expires_in === undefined ? undefined : Math.floor(now + tokens.expires_in),
    scope: tokens.scope,
    issuedTokenType: tokens.issued_token_type,
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
    authorizationDetails: tokens.authorization_details
  }, tokens)
}
