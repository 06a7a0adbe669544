import type { BlacklistedToken } from '../../../types/management.js'
import { get, of, post } from '../endpoint.js'

export const blacklists = {
  /**
   * Listed the tokens on the deny list. @deprecated Auth0 removed the deny list of tokens; revoke refresh tokens or
   * grants instead.
   */
  get: get('/blacklists/tokens', { query: of<{ aud?: string }>(), returns: of<BlacklistedToken[]>() }),
  /**
   * Put a token on the deny list. @deprecated Auth0 removed the deny list of tokens; revoke refresh tokens or grants
   * instead.
   */
  create: post('/blacklists/tokens', { body: of<BlacklistedToken>() })
}
