import { createHmac, hkdfSync } from 'node:crypto'

/** Seconds for which a nonce is handed out; it is taken for as long again. */
const PERIOD = 300

/** The nonces this server asks DPoP proofs to carry. @see RFC 9449 section 9 */
export interface DpopNonces {
  /** The one to hand out now. */
  current(now: number): string
  /** Those a proof may carry now. */
  accepted(now: number): readonly string[]
}

/** Nothing is kept: every process with the same secret makes the same nonces. */
export function createDpopNonces (secret: string): DpopNonces {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'fastify-auth0 dpop nonce', 32))
  const nonce = (period: number): string => createHmac('sha256', key).update(String(period)).digest('base64url')
  return {
    current: now => nonce(Math.floor(now / PERIOD)),
    accepted: now => [nonce(Math.floor(now / PERIOD)), nonce(Math.floor(now / PERIOD) - 1)]
  }
}
