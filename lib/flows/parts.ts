import type { Config } from './config.js'

/** What a registration needs only with some of its options. */
export interface Parts {
  /** With `importSessions`. */
  importing: typeof import('../stores/import/index.js').importingSessions | undefined
  /** With `sessionStore`. */
  stateful: StatefulParts | undefined
  /** With `refreshStore` and sessions in cookies. */
  sharing: typeof import('./tokens/refresh-sharing.js') | undefined
}

type StatefulParts = typeof import('../stores/stateful/stateful-sessions.js') &
  typeof import('../stores/stateful/application-store.js')

/** Loads what the options ask for, and nothing else. */
export async function loadParts ({ importSessions, sessionStore, refreshStore }: Config): Promise<Parts> {
  return {
    importing: importSessions === undefined ? undefined : (await import('../stores/import/index.js')).importingSessions,
    stateful: sessionStore === undefined ? undefined : await loadStateful(),
    sharing: refreshStore === undefined || sessionStore !== undefined
      ? undefined
      : await import('./tokens/refresh-sharing.js')
  }
}

async function loadStateful (): Promise<StatefulParts> {
  return {
    ...await import('../stores/stateful/stateful-sessions.js'),
    ...await import('../stores/stateful/application-store.js')
  }
}
