import type { KeyObject } from 'node:crypto'
import { deepFreeze } from '../../base/json.js'
import { setNewest } from '../../base/set-newest.js'
import type { VerifiedJws } from '../../tokens/jws.js'
import type { JwsHeader } from '../../tokens/jws-header.js'
import type { AccessTokenClaims } from '../../../types/tokens.js'

/** Characters of a signature: enough to tell tokens apart before the whole is compared. */
const KEY_LENGTH = 43

/**
 * An access token whose signature was checked with the keys of its issuer. One token is one object, for as long as it
 * is remembered.
 */
export class VerifiedToken {
  readonly token: string
  readonly header: JwsHeader
  /** The key its signature was checked with: the token is good as long as the issuer has it. */
  readonly key: KeyObject
  readonly issuer: string
  /** Epoch seconds, clock tolerance included. */
  readonly expiresAt: number
  /** The guard that let it pass first, and until when no other token with these claims is decided otherwise. */
  passedBy: object | undefined = undefined
  passedUntil = 0
  readonly #claims: AccessTokenClaims
  #isFrozen = false

  constructor (token: string, { header, payload, key }: VerifiedJws, clockTolerance: number) {
    this.token = token
    this.header = header
    this.key = key
    this.#claims = payload as AccessTokenClaims
    this.issuer = this.#claims.iss
    this.expiresAt = Number(this.#claims.exp) + clockTolerance
  }

  /** Deep-frozen from the moment somebody asks for them: one token serves many requests. */
  get claims (): AccessTokenClaims {
    if (!this.#isFrozen) {
      deepFreeze(this.#claims)
      this.#isFrozen = true
    }
    return this.#claims
  }
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
      if (maxEntries === 0) return undefined
      const entry = entries.get(token.slice(-KEY_LENGTH))
      return entry?.token === token && hasKey(entry) ? entry : undefined
    },
    add (verified) {
      if (maxEntries === 0) return
      setNewest(entries, verified.token.slice(-KEY_LENGTH), verified, maxEntries)
    }
  }
}
