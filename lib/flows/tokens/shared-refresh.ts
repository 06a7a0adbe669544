import { createHash } from 'node:crypto'
import { laneOf } from '../../stores/sessions.js'
import { isObject, parseSafely } from '../../base/json.js'
import { createSealer } from '../../stores/sealing/seal.js'
import type { CustomSession, UserClaims } from '../../../types/session.js'
import type { SessionData, SessionTokens } from '../../../types/stores.js'
import type { Next } from './spent.js'

/** Days after which no entry needs to open any more. Auth0's access tokens live 30 days at most. */
const MAX_AGE_DAYS = 31

/** What became of a refresh token, for whoever still has it. */
export type SharedRefresh =
  | {
    kind: 'renewed'
    /** The session it is of. */
    id: string
    /** The version of the record that the changes were made to. */
    version: number
    tokens: SessionTokens
    /** What the refreshed ID token made of the user; absent where it changed nothing. */
    changed?: { user: UserClaims, custom?: CustomSession }
  }
  | { kind: 'refused', id: string, status: number, message: string }

/** What names and seals the entry of one refresh token. */
export interface SharedEntry {
  /** Says nothing about the token. The same whatever the session secrets, so that their rotation loses nothing. */
  readonly name: string
  seal(shared: SharedRefresh): string
  /** `undefined` for what was not sealed for this token by one of the secrets. */
  open(value: string): SharedRefresh | undefined
}

/** A store alone opens nothing: the keys come from a session secret and the refresh token. @see RFC 5869 */
export function sharedEntry ({ secrets, clientId, now }: {
  secrets: readonly string[],
  clientId: string,
  now: () => number
}, refreshToken: string): SharedEntry {
  const sealer = createSealer({
    secrets,
    purpose: JSON.stringify(['shared refresh', clientId, refreshToken]),
    maxAgeDays: MAX_AGE_DAYS,
    now
  })
  return {
    name: createHash('sha256').update(JSON.stringify(['fastify-auth0', clientId, refreshToken])).digest('base64url'),
    seal: shared => sealer.seal(JSON.stringify(shared)),
    open (value) {
      const opened = sealer.open(value)
      const shared = opened && parseSafely(opened.toString())
      return isObject(shared) && (shared['kind'] === 'renewed' || shared['kind'] === 'refused')
        ? shared as unknown as SharedRefresh
        : undefined
    }
  }
}

/** What a session becomes by a call, as others may take it over. */
export function renewed ({ record }: SessionData, after: SessionData): SharedRefresh {
  const { user, custom } = after.record
  return {
    kind: 'renewed',
    id: laneOf(record),
    version: record.version,
    tokens: after.tokens,
    ...(after.record !== record && { changed: { user, ...(custom !== undefined && { custom }) } })
  }
}

/** A refusal, for the sessions that still have the token. */
export function refused ({ record }: SessionData, message: string, status = 400): SharedRefresh {
  return { kind: 'refused', id: laneOf(record), status, message }
}

/** Takes over what another process has made of the session's tokens. */
export function adopt ({ version, tokens, changed }: Extract<SharedRefresh, { kind: 'renewed' }>): Next {
  return saved => ({
    // The other process may not know what the application has written since: then only the tokens count.
    record: changed === undefined || saved.record.version !== version ? saved.record : { ...saved.record, ...changed },
    tokens: {
      ...tokens,
      version: Math.max(saved.tokens.version, tokens.version),
      tokenSets: union(tokens.tokenSets, saved.tokens.tokenSets, ({ audience, requestedScope }) =>
        JSON.stringify([audience, requestedScope])),
      connectionTokenSets: union(tokens.connectionTokenSets, saved.tokens.connectionTokenSets,
        ({ connection, loginHint }) => JSON.stringify([connection, loginHint]))
    }
  })
}

/** The newer ones, and those of the older that have no newer one in their place. */
function union<T> (newer: readonly T[], older: readonly T[], nameOf: (item: T) => string): T[] {
  const names = new Set(newer.map(nameOf))
  return [...newer, ...older.filter(item => !names.has(nameOf(item)))].slice(0, 10)
}
