import { createHash } from 'node:crypto'
import type { DeviceKey } from '../../types/stores.js'

/** The thumbprint of a key that has its members in the order of their names. @see RFC 7638 section 3 */
export function thumbprintOf (key: DeviceKey): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('base64url')
}
