import type { SubscribeEventsQuery, TenantEvent } from '../../../types/management.js'
import { of, stream } from '../endpoint.js'

export const events = {
  /**
   * Follows the tenant's events as they happen, and resumes after the last offset when the connection ends. Scope:
   * `read:events`.
   */
  subscribe: stream('/events', { query: of<SubscribeEventsQuery>(), returns: of<TenantEvent>() })
}
