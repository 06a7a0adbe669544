import { SessionStoreError } from '../errors.js'
import type { SessionEntry } from '../../types/stores.js'

/**
 * An entry as a store gave it. @throws SessionStoreError for one whose members have other types than the contract says:
 * it would fail later, when a refresh token is spent already
 */
export function checkedEntry (answer: SessionEntry): SessionEntry {
  const { value, version, expiresAt }: Partial<SessionEntry> = answer
  if (typeof value === 'string' && typeof version === 'number' && typeof expiresAt === 'number') return answer
  throw wrong('get', typeof value !== 'string'
    ? 'an entry whose "value" is not a string'
    : `an entry whose "${typeof version === 'number' ? 'expiresAt' : 'version'}" is not a number`)
}

/** Whether a store has carried out a call. @throws SessionStoreError where it does not say */
export function saidWhether (what: 'update' | 'touch', answer: boolean): boolean {
  const said: unknown = answer
  if (said === undefined || said === null) throw wrong(what, `${said}, where it must say whether there was an entry`)
  return answer
}

/**
 * A moment, or `undefined` for nothing. @throws SessionStoreError for what is no moment: taken for nothing, it would
 * let ended sessions live
 */
export function checkedMoment (answer: unknown): number | undefined {
  if (answer === undefined || answer === null) return undefined
  if (typeof answer === 'number' && !Number.isNaN(answer)) return answer
  throw wrong('revokedAt', 'something that is not a number of seconds')
}

/** What is wrong with an answer; never the answer itself, which may be a secret. */
export function wrong (what: string, given: string): SessionStoreError {
  return new SessionStoreError(`The store answered "${what}" with ${given}. Check it with the suites of ` +
    '"fastify-auth0/stores".')
}
