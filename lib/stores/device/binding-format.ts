import { thumbprintOf } from '../../base/thumbprint.js'
import type { DeviceKey, SessionRecord } from '../../../types/stores.js'

/** What a record says about devices: its binding, or the session that took its place. */
type DevicePart = Pick<SessionRecord, 'device' | 'successor'>

/**
 * The last member of a record's array; `undefined` for a record that says nothing of devices. The key's thumbprint is
 * left out: it is made of the key again, and would come with every request.
 */
export function encodeDevice ({ device, successor }: DevicePart): readonly unknown[] | undefined {
  if (successor !== undefined) return ['successor', successor.id, successor.at]
  if (device === undefined) return undefined
  const { key, since, from, round } = device
  return [key.kty, ...(key.kty === 'EC' ? [key.x, key.y] : [key.n, key.e]), since, from, round]
}

/** The same read back; `undefined` for any other shape. */
export function decodeDevice (part: unknown): DevicePart | undefined {
  if (!Array.isArray(part)) return undefined
  const [kind, ...rest] = part as unknown[]
  if (kind === 'successor') {
    const [id, at] = rest
    return typeof id === 'string' && typeof at === 'number' ? { successor: { id, at } } : undefined
  }
  const [first, second, since, from, round] = rest
  const well = (kind === 'EC' || kind === 'RSA') && typeof first === 'string' && typeof second === 'string' &&
    typeof since === 'number' && typeof from === 'string' && typeof round === 'number'
  if (!well) return undefined
  const key: DeviceKey = kind === 'EC'
    ? { crv: 'P-256', kty: kind, x: first, y: second }
    : { e: second, kty: kind, n: first }
  return { device: { key, thumbprint: thumbprintOf(key), since, from, round } }
}
