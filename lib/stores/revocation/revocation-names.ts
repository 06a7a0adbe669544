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
export function revocationTarget (
  { id, iss, clientId, ...filter }: RevocationFilter
): { kind: RevocationKind, value: string } {
  const named = INDEXED_FIELDS.filter(field => filter[field] !== undefined)
  if (id !== undefined && id !== '' && named.length === 0 && clientId === undefined) return { kind: 'id', value: id }
  const whole = id === undefined && Boolean(iss) && clientId !== '' && named.every(field => filter[field] !== '')
  if (whole && named.length === 1) return { kind: named[0]!, value: filter[named[0]!]! }
  if (whole && named.join('+') === 'sid+sub') return { kind: 'sid+sub', value: sidAndSub(filter.sid!, filter.sub!) }
  throw new InvalidArgumentError('filter',
    'A revocation names exactly one of id, sid, sub and organization, or sid and sub together; all but id together ' +
      'with iss, and with clientId where one application is meant.')
}

/** Two names as one; no other two make the same. */
export function sidAndSub (sid: string, sub: string): string {
  return `${sid.length}|${sid}|${sub}`
}

/** The one name under which a revocation is kept; hashed, so that a list of names tells nothing. */
export function revocationName (filter: RevocationFilter): string {
  const { kind, value } = revocationTarget(filter)
  if (kind === 'id') return hash([kind, value])
  return nameOf(kind, filter.iss!, value, filter.clientId)
}

const names = new WeakMap<RevocationOwner, string[]>()

/** The names of all revocations that would end a session; remembered for an owner that cannot change. */
export function namesOfOwner (owner: RevocationOwner): string[] {
  const known = names.get(owner)
  if (known !== undefined) return known
  const made = makeNames(owner)
  if (Object.isFrozen(owner)) names.set(owner, made)
  return made
}

function makeNames ({ id, iss, clientId, ...owner }: RevocationOwner): string[] {
  const values: [RevocationKind, string | undefined][] = [
    ...INDEXED_FIELDS.map((field): [RevocationKind, string | undefined] => [field, owner[field]]),
    ['sid+sub', owner.sid === undefined ? undefined : sidAndSub(owner.sid, owner.sub)]
  ]
  const clients = clientId === undefined ? [undefined] : [undefined, clientId]
  return [
    hash(['id', id]),
    ...values.flatMap(([kind, value]) =>
      value === undefined ? [] : clients.map(client => nameOf(kind, iss, value, client)))
  ]
}

/** Without a client: what versions before 1.0 wrote, and what is meant for every application. */
function nameOf (kind: RevocationKind, iss: string, value: string, clientId: string | undefined): string {
  return hash(clientId === undefined ? [kind, iss, value] : [kind, iss, value, clientId])
}

function hash (parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
