import type { DailyStats, GetDailyStatsQuery } from '../../../types/management.js'
import { get, of } from '../endpoint.js'

export const stats = {
  /** Counts the users who logged in within the last 30 days. Scope: `read:stats`. */
  getActiveUsersCount: get('/stats/active-users', { returns: of<number>() }),
  /** Counts logins, signups and breached-password detections per day. Scope: `read:stats`. */
  getDaily: get('/stats/daily', { query: of<GetDailyStatsQuery>(), returns: of<DailyStats[]>() })
}
