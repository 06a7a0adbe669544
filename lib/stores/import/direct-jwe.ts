import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { decodeBase64url } from '../../base/base64url.js'
import { isObject, parseSafely } from '../../base/json.js'

/** A JWE that opened. */
interface OpenedJwe {
  header: Record<string, unknown>
  payload: unknown
}

type Encryption = 'A256GCM' | 'A256CBC-HS512'

/**
 * Opens a compact JWE with a key of the caller's, one try for each; `undefined` unless one fits. A JWE that opens has
 * one spelling only: its key part is empty, and each other part is canonical base64url of bytes that are authenticated.
 * @see RFC 7516 section 5.2, RFC 7518 sections 4.5 and 5
 */
export function openDirectJwe (value: string, enc: Encryption,
  keysFor: (header: Record<string, unknown>) => readonly Buffer[]): OpenedJwe | undefined {
  const parts = value.split('.')
  if (parts.length !== 5 || parts[1] !== '') return undefined
  const header = parseSafely(decodeBase64url(parts[0]!)?.toString() ?? '')
  if (!isObject(header) || header.alg !== 'dir' || header.enc !== enc) return undefined
  const [iv, ciphertext, tag] = parts.slice(2).map(decodeBase64url)
  if (iv === undefined || ciphertext === undefined || tag === undefined) return undefined
  const sealed = { aad: Buffer.from(parts[0]!), iv, ciphertext, tag }
  for (const key of keysFor(header)) {
    const plaintext = enc === 'A256GCM' ? openGcm(key, sealed) : openCbc(key, sealed)
    if (plaintext !== undefined) return { header, payload: parseSafely(plaintext.toString()) }
  }
  return undefined
}

interface Sealed {
  aad: Buffer
  iv: Buffer
  ciphertext: Buffer
  tag: Buffer
}

function openGcm (key: Buffer, { aad, iv, ciphertext, tag }: Sealed): Buffer | undefined {
  if (iv.length !== 12 || tag.length !== 16) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(aad).setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  } catch {
    // Another key, or a cookie that was changed.
    return undefined
  }
}

/** The first half of the key authenticates, the second encrypts. */
function openCbc (key: Buffer, { aad, iv, ciphertext, tag }: Sealed): Buffer | undefined {
  const bits = Buffer.alloc(8)
  bits.writeUInt32BE(aad.length * 8, 4)
  const mac = createHmac('sha512', key.subarray(0, 32)).update(aad).update(iv).update(ciphertext).update(bits).digest()
    .subarray(0, 32)
  if (iv.length !== 16 || tag.length !== 32 || !timingSafeEqual(mac, tag)) return undefined
  const decipher = createDecipheriv('aes-256-cbc', key.subarray(32), iv)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}
