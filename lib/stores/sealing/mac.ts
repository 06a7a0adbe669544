import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'
import { decodeBase64url } from '../../base/base64url.js'

/** Half of the hash, the least that counts as safe. */
const MAC_BYTES = 16

/** Authenticates short texts for one purpose; what they say is no secret. */
export interface Mac {
  /** 22 characters of base64url. */
  of(text: string): string
  /** Whether a value was made of this text, with whichever of the secrets. */
  fits(text: string, value: string): boolean
}

/**
 * The first secret makes codes, all of them check.
 * @see RFC 2104 section 5, RFC 5869
 */
export function createMac (secrets: readonly string[], purpose: string): Mac {
  const keys = secrets.map(secret => createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32))))
  return {
    of: text => codeOf(keys[0]!, text).toString('base64url'),
    fits (text, value) {
      const given = decodeBase64url(value)
      return given?.length === MAC_BYTES && keys.some(key => timingSafeEqual(codeOf(key, text), given))
    }
  }
}

function codeOf (key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest().subarray(0, MAC_BYTES)
}
