import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { SessionTokens } from '../../../types/stores.js'

/** The thumbprint of the key that tokens are bound to now; `undefined` where they are bound to none. @see RFC 7638 */
export async function keyInUse (server: AuthorizationServer): Promise<string | undefined> {
  return await (await server.dpop)?.thumbprint
}

/**
 * The tokens without those that are bound to another key than the one in use: after a restart with `dpop: true`, in
 * another process, or with the option changed. The refresh token of a client that authenticates is bound to no key and
 * brings new ones.
 * @see RFC 9449 section 5
 */
export function usableWith (tokens: SessionTokens, jkt: string | undefined): SessionTokens {
  if (tokens.jkt === jkt) return tokens
  const { jkt: _, ...rest } = tokens
  return {
    ...rest,
    ...(jkt !== undefined && { jkt }),
    tokenSets: tokens.tokenSets.filter(({ tokenType }) => tokenType !== 'DPoP')
  }
}
