import type { KeyObject } from 'node:crypto'
import { setNewest } from '../../base/set-newest.js'
import type { JwsHeader } from '../../tokens/jws-header.js'
import type { AccessTokenClaims } from '../../../types/tokens.js'

/** Characters of a signature: enough to tell tokens apart before the whole is compared. */
const KEY_LENGTH = 43

/**
 * An access token whose signature was checked with the keys of its issuer. One token is one object, for as long as it
 * is remembered.
 */
export interface VerifiedToken {
  readonly token: string
  readonly header: JwsHeader
  /** The key its signature was checked with: the token is good as long as the issuer has it. */
  readonly key: KeyObject
  /** Deep-frozen: one token serves many requests. */
  readonly claims: AccessTokenClaims
  /** Epoch seconds, clock tolerance included. */
  readonly expiresAt: number
}

/** Tokens whose signature was checked, the oldest dropped first. */
export interface VerifiedTokens {
  get(token: string): VerifiedToken | undefined
  add(verified: VerifiedToken): void
}

/**
 * Found by the end of the signature, then compared whole: hashing the whole of a long string costs more than both.
 * @param hasKey whether the issuer is known to have the token's key still; otherwise the token is verified again
 */
export function createVerifiedTokens (maxEntries: number,
  hasKey: (verified: VerifiedToken) => boolean): VerifiedTokens {
  const entries = new Map<string, VerifiedToken>()
  return {
    get (token) {
      const entry = entries.get(token.slice(-KEY_LENGTH))
      return entry?.token === token && hasKey(entry) ? entry : undefined
    },
    add (verified) {
      if (maxEntries === 0) return
      setNewest(entries, verified.token.slice(-KEY_LENGTH), verified, maxEntries)
    }
  }
}
