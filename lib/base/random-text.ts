import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length

/**
 * Random bytes as base64url, for names and secrets that are used once. Drawn in bulk, as each single draw costs several
 * times as much; what was given out is not kept.
 * @param bytes how many, 64 at most
 */
export function randomText (bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const text = pool.toString('base64url', used, used + bytes)
  pool.fill(0, used, used + bytes)
  used += bytes
  return text
}
