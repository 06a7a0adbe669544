import type {
  GetRefreshTokensQuery, RefreshToken, RevokeRefreshTokensRequest, UpdateRefreshTokenRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const refreshTokens = {
  /** Lists a user's refresh tokens. Early access. Scope: `read:refresh_tokens`. */
  list: checkpointList('/refresh-tokens', 'refresh_tokens', {
    query: of<GetRefreshTokensQuery>(),
    items: of<RefreshToken>()
  }),
  /** Revokes a refresh token. Scope: `delete:refresh_tokens`. */
  delete: del('/refresh-tokens/{id}'),
  /** Gets a refresh token. Scope: `read:refresh_tokens`. */
  get: get('/refresh-tokens/{id}', { returns: of<RefreshToken>() }),
  /** Updates a refresh token. Scope: `update:refresh_tokens`. */
  update: patch('/refresh-tokens/{id}', { body: optional<UpdateRefreshTokenRequest>(), returns: of<RefreshToken>() }),
  /** Revokes refresh tokens in bulk. Early access. Scope: `delete:refresh_tokens`. */
  revoke: post('/refresh-tokens/revoke', { body: optional<RevokeRefreshTokensRequest>() })
}
