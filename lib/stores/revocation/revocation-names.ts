import { createHash } from 'node:crypto'
import { InvalidArgumentError } from '../../errors.js'
import { INDEXED_FIELDS } from '../session-filter.js'
import type { RevocationFilter, RevocationOwner } from '../../../types/stores.js'

/** What a revocation goes by: one session, one field of its owner, or the pair a logout token names. */
export type RevocationKind = 'id' | typeof INDEXED_FIELDS[number] | 'sid+sub'

/**
 * Which kind of name a revocation goes by, and the name. @throws InvalidArgumentError for a filter that names nothing,
 * or too much
 */
export function revocationTarget ({ id, iss, ...filter }: RevocationFilter): { kind: RevocationKind, value: string } {
  const named = INDEXED_FIELDS.filter(field => filter[field] !== undefined)
  if (id !== undefined && id !== '' && named.length === 0) return { kind: 'id', value: id }
  const whole = id === undefined && Boolean(iss) && named.every(field => filter[field] !== '')
  if (whole && named.length === 1) return { kind: named[0]!, value: filter[named[0]!]! }
  if (whole && named.join('+') === 'sid+sub') return { kind: 'sid+sub', value: sidAndSub(filter.sid!, filter.sub!) }
  throw new InvalidArgumentError('filter',
    'A revocation names exactly one of id, sid, sub and organization, or sid and sub together; all but id together ' +
      'with iss.')
}

/** Two names as one; no other two make the same. */
export function sidAndSub (sid: string, sub: string): string {
  return `${sid.length}|${sid}|${sub}`
}

/** The one name under which a revocation is kept; hashed, so that a list of names tells nothing. */
export function revocationName (filter: RevocationFilter): string {
  const { kind, value } = revocationTarget(filter)
  return hash(kind === 'id' ? [kind, value] : [kind, filter.iss!, value])
}

/** The names of all revocations that would end a session. */
export function namesOfOwner ({ id, iss, ...owner }: RevocationOwner): string[] {
  return [
    hash(['id', id]),
    ...INDEXED_FIELDS.flatMap(field => owner[field] === undefined ? [] : [hash([field, iss, owner[field]])]),
    ...(owner.sid === undefined ? [] : [hash(['sid+sub', iss, sidAndSub(owner.sid, owner.sub)])])
  ]
}

function hash (parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
