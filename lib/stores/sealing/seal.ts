import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import { decodeBase64url } from '../../base/base64url.js'
import { createKeyRing, type KeyRingOptions } from './seal-keys.js'

const CIPHER = 'aes-256-gcm'
const FIXED_TAG = { authTagLength: 16 }
const IV_BYTES = 12
const IV_CHARS = 16
const TAG_CHARS = 22

/** Encrypts and authenticates values for one purpose. */
export interface Sealer {
  /** A compact JWE (`dir`, `A256GCM`). @see RFC 7516 section 3.1 */
  seal(plaintext: Buffer | string): string
  /** What was sealed, or `undefined` for anything else. Never throws. */
  open(value: string): Buffer | undefined
}

const pool = Buffer.alloc(IV_BYTES * 340)
let used = pool.length

/** A fresh random nonce; drawn in bulk, as each single draw costs more than the encryption of a small cookie. */
function nextIv (): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const iv = pool.subarray(used, used + IV_BYTES)
  used += IV_BYTES
  return iv
}

/**
 * A sealer whose keys are derived per purpose and day. The first secret seals, all open.
 * Own code instead of `jose` because it must answer synchronously on every guarded request.
 */
export function createSealer (options: KeyRingOptions): Sealer {
  const ring = createKeyRing(options)
  return {
    seal (plaintext) {
      const { header, aad, key } = ring.newest()
      const iv = nextIv()
      const cipher = createCipheriv(CIPHER, key, iv, FIXED_TAG)
      cipher.setAAD(aad)
      const text = cipher.update(plaintext)
      cipher.final()
      const tag = cipher.getAuthTag()
      return `${header}..${iv.toString('base64url')}.${text.toString('base64url')}.${tag.toString('base64url')}`
    },

    open (value) {
      const headerEnd = value.indexOf('..')
      const ivEnd = headerEnd + 2 + IV_CHARS
      const tagStart = value.length - TAG_CHARS
      if (headerEnd < 1 || value[ivEnd] !== '.' || tagStart <= ivEnd + 1 || value[tagStart - 1] !== '.') {
        return undefined
      }
      const found = ring.find(value.slice(0, headerEnd))
      const iv = found && decodeBase64url(value.slice(headerEnd + 2, ivEnd))
      const tag = iv && decodeBase64url(value.slice(tagStart))
      const text = tag && decodeBase64url(value.slice(ivEnd + 1, tagStart - 1))
      if (!found || !iv || !tag || !text) return undefined
      try {
        const decipher = createDecipheriv(CIPHER, found.key, iv, FIXED_TAG)
        decipher.setAAD(found.aad)
        decipher.setAuthTag(tag)
        const plaintext = decipher.update(text)
        decipher.final()
        return plaintext
      } catch {
        // The tag does not fit: not sealed by us, which is the answer.
        return undefined
      }
    }
  }
}

/** Seals as the first does and opens what any of them sealed: for purposes that have changed. */
export function openingFormer (sealer: Sealer, former: readonly Sealer[]): Sealer {
  return {
    seal: plaintext => sealer.seal(plaintext),
    open (value) {
      const opened = sealer.open(value)
      if (opened !== undefined) return opened
      for (const other of former) {
        const found = other.open(value)
        if (found !== undefined) return found
      }
      return undefined
    }
  }
}
