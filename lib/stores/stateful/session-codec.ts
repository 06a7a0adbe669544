import { deepFreeze } from '../../base/json.js'
import { decodeRecord, encodeRecord } from '../stateless/claims-cookie.js'
import { decodeTokens, encodeTokens } from '../stateless/tokens-cookie.js'
import type { Sealer } from '../sealing/seal.js'
import type { SessionRecord, SessionTokens, SessionData } from '../../../types/stores.js'

/** Turns sessions into what a store keeps, and back. */
export interface SessionCodec {
  pack(session: SessionData): string
  /**
   * The claims of session `id`, deep-frozen; `undefined` for another session's value, another format or anything else.
   */
  openRecord(id: string, value: string): SessionRecord | undefined
  /** The tokens of session `id`, by the same rule. */
  openTokens(id: string, value: string): SessionTokens | undefined
}

const SEPARATOR = '\n'

/** The claims and the tokens are sealed one by one, so that a guard opens only the claims. */
export function createSessionCodec (sealer: Sealer | undefined): SessionCodec {
  const close = (part: Buffer): string => sealer === undefined ? part.toString('base64url') : sealer.seal(part)
  const open = (part: string): Buffer | undefined =>
    sealer === undefined ? Buffer.from(part, 'base64url') : sealer.open(part)

  return {
    pack: ({ record, tokens }) => close(Buffer.from(encodeRecord(record))) + SEPARATOR + close(encodeTokens(tokens)),

    openRecord (id, value) {
      const plain = open(value.slice(0, value.indexOf(SEPARATOR)))
      const record = plain && deepFreeze(decodeRecord(plain))
      return record?.id === id ? record : undefined
    },

    openTokens (id, value) {
      const plain = open(value.slice(value.indexOf(SEPARATOR) + 1))
      const tokens = plain && deepFreeze(decodeTokens(plain))
      return tokens?.id === id ? tokens : undefined
    }
  }
}
