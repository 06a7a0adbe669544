import { randomBytes } from 'node:crypto'
import type { SessionEntry } from '../../../types/stores.js'

const OWNER_FIELDS = ['iss', 'sub', 'sid', 'organization'] as const
export const LISTED_FIELDS = [...OWNER_FIELDS, 'createdAt', 'expiresAt'] as const
export const FIELDS = ['value', 'version', ...LISTED_FIELDS, 'stamp'] as const
/** What says whether an entry is another one than before, and how long it lives. */
export const STATE_FIELDS = ['stamp', 'version', 'expiresAt'] as const

/** What is read of an entry to list it. */
export type Listed = Pick<SessionEntry, 'owner' | 'createdAt' | 'expiresAt'>

/**
 * An absent owner field is kept as an empty string, which no filter can ask for. The stamp is another one with each
 * write.
 */
export function toFields (entry: SessionEntry): (string | number)[] {
  const { value, version, owner, createdAt, expiresAt } = entry
  const { iss, sub, sid = '', organization = '' } = owner
  const stamp = stampBegin(version) + randomBytes(12).toString('base64url')
  return Object.entries({ value, version, iss, sub, sid, organization, createdAt, expiresAt, stamp }).flat()
}

/** A stamp names the version it belongs to: earlier versions of this package leave it as it is when they write. */
export function stampBegin (version: number | string): string {
  return `${version}.`
}

export function toListed (
  [iss, sub, sid, organization, createdAt, expiresAt]: (string | undefined)[]
): Listed | undefined {
  if (iss === undefined || sub === undefined) return undefined
  return {
    owner: { iss, sub, ...(sid && { sid }), ...(organization && { organization }) },
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt)
  }
}
