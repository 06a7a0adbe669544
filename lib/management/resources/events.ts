import type { SubscribeEventsQuery, TenantEvent } from '../../../types/management.js'
import { of, stream } from '../endpoint.js'

export const events = {
  /** Follows the tenant's events as they happen, and goes on where it was when the connection drops. Scope: `read:events`. */
  subscribe: stream('/events', { query: of<SubscribeEventsQuery>(), returns: of<TenantEvent>() })
}
