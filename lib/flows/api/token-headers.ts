import { keepNonce, knownNonce } from '../../authentication/server/dpop-exchange.js'
import type { TokenType } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'

/** A token that a call presents, and what the call is. */
interface PresentedToken {
  accessToken: string
  tokenType: TokenType
  method: string
  url: URL
}

/** The headers of a call with a token, and what must be told of its answer. */
export interface TokenHeaders {
  authorization: string
  dpop: string | undefined
  /** Keeps the nonce that the API's next proofs have to carry. */
  learn(nonce: string | undefined): void
}

/**
 * The headers that present a token, with a proof where the token is bound to a key.
 * @see RFC 6750 section 2.1, RFC 9449 section 7
 */
export async function tokenHeaders (context: PluginContext, request: RequestContext,
  { accessToken, tokenType, method, url }: PresentedToken): Promise<TokenHeaders> {
  const authorization = `${tokenType} ${accessToken}`
  const key = tokenType === 'DPoP' ? await (await request.server()).dpop : undefined
  if (key === undefined) return { authorization, dpop: undefined, learn () {} }
  const nonce = knownNonce(key, url.origin)
  const dpop = await key.proof({ method, url: url.href, accessToken, now: context.now(), nonce })
  return { authorization, dpop, learn: fresh => { keepNonce(key, url.origin, fresh) } }
}

/**
 * Whether only the proof lacked the API's nonce; the token is good. A bearer token has no proof: APIs that take both
 * kinds may name their nonce to it as well. @see RFC 9449 section 9
 */
export function asksForNonce ({ tokenType }: Pick<PresentedToken, 'tokenType'>, nonce: unknown,
  challenge: unknown): boolean {
  return tokenType === 'DPoP' && nonce !== undefined && nonce !== null &&
    String(challenge ?? '').includes('use_dpop_nonce')
}
