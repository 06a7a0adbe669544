import { InvalidArgumentError } from '../errors.js'
import type { SessionEntry, SessionFilter, SessionListing, SessionOwner } from '../../types/stores.js'

/** Fields sessions are found by, the narrowest first. */
export const INDEXED_FIELDS = ['sid', 'sub', 'organization'] as const

/**
 * The given fields of a filter as pairs, the narrowest first. An issuer alone does not count: it would end everybody's
 * session.
 */
export function filterPairs (filter: SessionFilter): [field: keyof SessionFilter, value: string][] {
  const pairs: [keyof SessionFilter, string][] = []
  for (const field of [...INDEXED_FIELDS, 'iss'] as const) {
    const value: unknown = filter[field]
    if (value === undefined) continue
    if (typeof value !== 'string' || value === '') {
      throw new InvalidArgumentError(`filter.${field}`, `"filter.${field}" must be a non-empty string.`)
    }
    pairs.push([field, value])
  }
  if (pairs[0] === undefined || pairs[0][0] === 'iss') {
    throw new InvalidArgumentError('filter', '"filter" must name a "sub", a "sid" or an "organization".')
  }
  return pairs
}

/** Whether a session belongs to whom the filter means. */
export function ownerMatches (owner: SessionOwner, pairs: readonly [keyof SessionFilter, string][]): boolean {
  return pairs.every(([field, value]) => owner[field] === value)
}

export function toListing (key: string,
  entry: Pick<SessionEntry, 'owner' | 'createdAt' | 'expiresAt'>): SessionListing {
  return { ...entry.owner, key, createdAt: entry.createdAt, expiresAt: entry.expiresAt }
}

/** Newest first. */
export function byAge (a: SessionListing, b: SessionListing): number {
  return b.createdAt - a.createdAt
}
