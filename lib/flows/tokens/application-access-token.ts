import { clientCredentialsGrant } from '../../authentication/api/grants.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { keptToken, type TokenSource } from '../../management/token.js'
import type { TokenType } from '../../../types/tokens.js'

/** An access token of the application itself. */
export interface ApplicationToken {
  accessToken: string
  tokenType: TokenType
}

/** A token of this authorization server; another one than `refused` where that is given. */
export type ApplicationTokens = (server: AuthorizationServer, refused?: string) => Promise<ApplicationToken>

/**
 * Tokens for one API by client credentials, kept for each authorization server until shortly before they expire.
 * @see RFC 6749 section 4.4
 */
export function applicationTokens (params: { audience: string, scope?: string | undefined },
  now: () => number): ApplicationTokens {
  const sources = new WeakMap<AuthorizationServer, TokenSource>()
  return async (server, refused) => {
    let source = sources.get(server)
    if (source === undefined) {
      sources.set(server, source = keptToken(async () => await clientCredentialsGrant(server, params), now))
    }
    if (refused !== undefined) await source.renew(refused)
    // With a key of ours, each token request holds a proof of it.
    return { accessToken: await source.get(), tokenType: server.dpop === undefined ? 'Bearer' : 'DPoP' }
  }
}
