/** What a process of the application is started with, as JSON in `SETTINGS`. */
export interface Settings {
  domain: string
  audience: string
  sessionSecret: string
  /** By name of the store; with `-cookies` behind it sessions are in cookies, and the store shares their refreshes. */
  sites: Record<string, SiteSettings>
  /** Port of Redis. */
  redis?: number
  postgres?: { host: string, port: number, user: string, database: string }
}

/** What one site is started with. Times are seconds. */
export interface SiteSettings {
  clientId: string
  clientSecret: string
  appBaseUrl: string
  httpTimeout: number
  storeTimeout: number
}

/** What the parent asks for. */
export type Order = { type: 'advance', seconds: number } | { type: 'collect' }

/** What a process tells its parent. */
export type Report =
  | { type: 'listening', ports: Record<string, number> }
  | { type: 'stuck' }
  | { type: 'done', heapUsed: number, unhandled: number, handles: number }
