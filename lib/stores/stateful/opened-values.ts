import type { SessionRecord } from '../../../types/stores.js'
import type { HeldIdentity } from './identity-cookies.js'
import type { SessionCodec } from './session-codec.js'

/** What a session weighs per character of its value: the string and the claims that were opened. */
const BYTES_PER_CHAR = 2
const MAX_BYTES = 32 * 1024 * 1024

/**
 * Opens what the store has for an identity, unless it is the same as before: that is kept on the identity. The caller
 * must check expiry and revocation every time.
 */
export type OpenValue = (identity: HeldIdentity, value: string) => SessionRecord | undefined

/**
 * What is kept has two generations. When the young one takes half of the room, the old one is dropped.
 * @param maxEntries sessions whose claims are kept; 0 for none
 */
export function openedValues (codec: Pick<SessionCodec, 'openRecord'>, maxEntries: number): OpenValue {
  let young: HeldIdentity[] = []
  let old: HeldIdentity[] = []
  let youngBytes = 0

  function keep (identity: HeldIdentity, value: string, record: SessionRecord): void {
    const bytes = value.length * BYTES_PER_CHAR
    if (young.length >= maxEntries / 2 || youngBytes + bytes > MAX_BYTES / 2) {
      for (const forgotten of old) forgotten.value = forgotten.record = undefined
      old = young
      young = []
      youngBytes = 0
    }
    if (identity.record === undefined) young.push(identity)
    youngBytes += bytes
    identity.value = value
    identity.record = record
  }

  return (identity, value) => {
    if (identity.value === value) return identity.record
    const record = codec.openRecord(identity.id, value)
    if (record !== undefined && maxEntries > 0) keep(identity, value, record)
    return record
  }
}
