import type {
  CreateTokenExchangeProfileRequest, TokenExchangeProfile, UpdateTokenExchangeProfileRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList } from '../lists.js'

export const tokenExchangeProfiles = {
  /** Lists token exchange profiles. Early access. Scope: `read:token_exchange_profiles`. */
  list: checkpointList('/token-exchange-profiles', 'token_exchange_profiles', { items: of<TokenExchangeProfile>() }),
  /** Creates a token exchange profile. Early access. Scope: `create:token_exchange_profiles`. */
  create: post('/token-exchange-profiles', {
    body: of<CreateTokenExchangeProfileRequest>(),
    returns: of<TokenExchangeProfile>()
  }),
  /** Deletes a token exchange profile. Early access. Scope: `delete:token_exchange_profiles`. */
  delete: del('/token-exchange-profiles/{id}'),
  /** Gets a token exchange profile. Early access. Scope: `read:token_exchange_profiles`. */
  get: get('/token-exchange-profiles/{id}', { returns: of<TokenExchangeProfile>() }),
  /** Updates a token exchange profile. Early access. Scope: `update:token_exchange_profiles`. */
  update: patch('/token-exchange-profiles/{id}', { body: optional<UpdateTokenExchangeProfileRequest>() })
}
