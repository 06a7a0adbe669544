/** What a process of the application is started with, as JSON in `SETTINGS`. */
export interface Settings {
  domain: string
  audience: string
  sessionSecret: string
  /** Seconds. */
  httpTimeout: number
  storeTimeout: number
  /** By name of the store. */
  sites: Record<string, { clientId: string, clientSecret: string, appBaseUrl: string }>
  /** Port of Redis. */
  redis?: number
  postgres?: { host: string, port: number, user: string, database: string }
}

/** What the parent asks for. */
export type Order = { type: 'advance', seconds: number } | { type: 'collect' }

/** What a process tells its parent. */
export type Report =
  | { type: 'listening', ports: Record<string, number> }
  | { type: 'stuck' }
  | { type: 'done', heapUsed: number, unhandled: number }
