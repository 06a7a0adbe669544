import { parseSafely } from '../../base/json.js'
import type { Sealer } from '../../stores/sealing/seal.js'

/** What a proof must answer. Sealed, not remembered: every process with the same secret knows its own. */
interface Challenge {
  purpose: 'register' | 'refresh'
  /** Of the session it is for. */
  id: string
  /** How many refreshes of this session were proved before. */
  round: number
  /** Epoch seconds. */
  until: number
}

export function sealChallenge (sealer: Sealer, { purpose, id, round, until }: Challenge): string {
  return sealer.seal(JSON.stringify([purpose, id, round, Math.ceil(until)]))
}

/** What this application has sealed; `undefined` for anything else. */
export function openChallenge (sealer: Sealer, text: string): Challenge | undefined {
  const plaintext = sealer.open(text)
  const parsed = plaintext && parseSafely(plaintext.toString('utf8'))
  if (!Array.isArray(parsed) || parsed.length !== 4) return undefined
  const [purpose, id, round, until] = parsed as unknown[]
  return (purpose === 'register' || purpose === 'refresh') && typeof id === 'string' && typeof round === 'number' &&
    typeof until === 'number'
    ? { purpose, id, round, until }
    : undefined
}
