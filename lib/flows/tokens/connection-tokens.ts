import { setNewest } from '../../base/set-newest.js'
import type { ConnectionTokenSet } from '../../../types/tokens.js'

/** Sessions whose tokens are remembered at most. */
const MAX_SESSIONS = 10_000

/**
 * Providers' tokens of sessions that live in cookies: kept in this process only, as a cookie with them would hand
 * the browser the keys to other services.
 */
export interface ConnectionTokens {
  get(sessionId: string): readonly ConnectionTokenSet[]
  set(sessionId: string, sets: readonly ConnectionTokenSet[]): void
  forget(sessionId: string): void
}

export function createConnectionTokens (): ConnectionTokens {
  const sessions = new Map<string, readonly ConnectionTokenSet[]>()
  return {
    get: sessionId => sessions.get(sessionId) ?? [],
    set: (sessionId, sets) => setNewest(sessions, sessionId, sets, MAX_SESSIONS),
    forget: sessionId => {
      sessions.delete(sessionId)
    }
  }
}
