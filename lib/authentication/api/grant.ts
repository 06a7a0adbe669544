import type { TokenResponse } from '../../../types/tokens.js'
import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { snakeCase } from '../server/naming.js'
import { requestToken, type TokenParams, type TokenRequestOptions } from '../server/token-endpoint.js'

/** A grant: its parameters to a token. */
export type Grant<TParams> = (server: AuthorizationServer, params: TParams,
  options?: TokenRequestOptions) => Promise<TokenResponse>

/** What most grants may ask for. */
export interface AudienceAndScope {
  audience?: string | undefined
  scope?: string | undefined
}

/** A grant whose parameters go to the token endpoint as they are, by their names on the wire. */
export function grant<P extends object> (grantType: string, required: readonly (keyof P & string)[],
  optional: readonly (keyof P & string)[] = []): Grant<P> {
  const names = [...required, ...optional].map(name => [name, snakeCase(name)] as const)
  return async (server, params, options) => {
    requireText(params, ...required)
    const sent: TokenParams = { grant_type: grantType }
    for (const [name, wireName] of names) sent[wireName] = params[name] as string | undefined
    return requestToken(server, sent, options)
  }
}
