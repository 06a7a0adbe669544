import { createHash } from 'node:crypto'
import { InvalidArgumentError } from '../errors.js'
import { INDEXED_FIELDS } from './session-filter.js'
import type { RevocationFilter, RevocationOwner } from '../../types/stores.js'

/** The one name under which a revocation is kept; hashed, so that a list of names tells nothing. */
export function revocationName ({ id, iss, ...filter }: RevocationFilter): string {
  const named = INDEXED_FIELDS.filter(field => filter[field] !== undefined)
  if (id !== undefined && id !== '' && named.length === 0) return hash(['id', id])
  const field = named[0]
  const value = field && filter[field]
  if (id !== undefined || named.length !== 1 || field === undefined || !value || !iss) {
    throw new InvalidArgumentError('filter', 'A revocation names exactly one of id, sid, sub and organization, the last three together with iss.')
  }
  return hash([field, iss, value])
}

/** The names of all revocations that would end a session. */
export function namesOfOwner ({ id, iss, ...owner }: RevocationOwner): string[] {
  return [hash(['id', id]), ...INDEXED_FIELDS.flatMap(field => owner[field] === undefined ? [] : [hash([field, iss, owner[field]])])]
}

function hash (parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
