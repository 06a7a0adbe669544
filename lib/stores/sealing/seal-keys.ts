import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../../errors.js'
import { decodeBase64url } from '../../base/base64url.js'

const DAY = 86_400
const HEADER = /^\{"alg":"dir","enc":"A256GCM","kid":"([\w-]{8})\.(\d{1,6})"\}$/

/** The key of one secret, purpose and day. */
interface SealKey {
  /** The protected header's segment; the additional authenticated data is its ASCII form. */
  readonly header: string
  readonly aad: Buffer
  readonly key: KeyObject
  readonly day: number
}

/** The keys of one purpose: a new one each day, so that random nonces stay far from the limit of one AES-GCM key. */
interface KeyRing {
  /** The key that seals today. */
  newest(): SealKey
  /** The key a protected header names; `undefined` for any header this ring does not write itself. */
  find(header: string): SealKey | undefined
}

export interface KeyRingOptions {
  /** The newest first. */
  secrets: readonly string[]
  /** Whatever else must not open with the same key. */
  purpose: string
  /** Days after which nothing sealed needs to open any more. */
  maxAgeDays: number
  now: () => number
}

/** Public name of a secret; says nothing about it. */
function secretId (secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'fastify-auth0 secret id', 6)).toString('base64url')
}

/**
 * @throws ConfigurationError
 * @see NIST SP 800-38D section 8.3, RFC 5869
 */
export function createKeyRing ({ secrets, purpose, maxAgeDays, now }: KeyRingOptions): KeyRing {
  if (secrets.length === 0 || secrets.some(secret => secret.length < 32)) {
    throw new ConfigurationError('sessionSecret',
      'Option "sessionSecret" must be a secret of at least 32 characters, or a list of such secrets.')
  }
  const named = new Map(secrets.map(secret => [secretId(secret), secret]))
  const sealing = secretId(secrets[0]!)
  const derived = new Map<string, SealKey>()
  let current: SealKey | undefined

  const today = () => Math.floor(now() / DAY)
  const inWindow = (day: number) => {
    const current = today()
    return day >= current - maxAgeDays && day <= current + 1
  }

  function derive (id: string, secret: string, day: number): SealKey {
    const header = Buffer.from(`{"alg":"dir","enc":"A256GCM","kid":"${id}.${day}"}`).toString('base64url')
    const known = derived.get(header)
    if (known) return known
    for (const [segment, key] of derived) if (!inWindow(key.day)) derived.delete(segment)
    const bytes = hkdfSync('sha256', secret, purpose, `fastify-auth0 A256GCM ${day}`, 32)
    const key = { header, aad: Buffer.from(header), key: createSecretKey(Buffer.from(bytes)), day }
    derived.set(header, key)
    return key
  }

  return {
    newest () {
      const day = today()
      if (current?.day !== day) current = derive(sealing, named.get(sealing)!, day)
      return current
    },

    find (header) {
      const known = derived.get(header)
      if (known) return inWindow(known.day) ? known : undefined
      if (header.length > 128) return undefined
      const [, id, digits] = HEADER.exec(decodeBase64url(header)?.toString('latin1') ?? '') ?? []
      const secret = id && named.get(id)
      const day = Number(digits)
      if (!id || !secret || !inWindow(day)) return undefined
      const key = derive(id, secret, day)
      return key.header === header ? key : undefined
    }
  }
}
