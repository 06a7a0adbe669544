import { isObject } from '../../base/json.js'
import { ConfigurationError } from '../../errors.js'
import type { SessionEntry } from '../../../types/stores.js'

/** @throws ConfigurationError for a store of another library that lacks one of the methods */
export function requireMethods<T extends object> (store: T, names: readonly (keyof T & string)[]): void {
  for (const name of names) {
    if (typeof (store as Partial<T> | undefined)?.[name] !== 'function') {
      throw new ConfigurationError('store', `The store must have a method "${name}".`)
    }
  }
}

/** Whether a value may be our part of a session that such a store keeps. */
export function isOurs (kept: unknown): kept is Record<string, unknown> {
  return isObject(kept) && isObject(kept.owner)
}

/** Our part of a session that such a store keeps; `undefined` for anything that is not whole. */
export function readEntry (kept: unknown): { key: string, entry: SessionEntry } | undefined {
  if (!isOurs(kept)) return undefined
  const { key, ...entry } = kept
  const whole = typeof key === 'string' && typeof entry.value === 'string' && Number.isSafeInteger(entry.version) &&
    Number.isFinite(entry.createdAt) && Number.isFinite(entry.expiresAt)
  return whole ? { key, entry: entry as unknown as SessionEntry } : undefined
}
