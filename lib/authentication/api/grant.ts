import type { TokenResponse } from '../../../types/tokens.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { TokenRequestOptions } from '../server/token-endpoint.js'

/** A grant: its parameters to a token. */
export type Grant<TParams> = (server: AuthorizationServer, params: TParams,
  options?: TokenRequestOptions) => Promise<TokenResponse>

/** What most grants may ask for. */
export interface AudienceAndScope {
  audience?: string | undefined
  scope?: string | undefined
}
