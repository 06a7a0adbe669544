import type { ListLogsQuery, Log } from '../../../types/management.js'
import { get, of } from '../endpoint.js'
import { logList } from '../lists.js'

export const logs = {
  /** Searches log events, or reads on after one with `from` and `take`. Scope: `read:logs` or `read:logs_users`. */
  list: logList('/logs', 'logs', {
    query: of<ListLogsQuery>(),
    items: of<Log>(),
    beyond: 'read them after a log id with "from" and "take"'
  }),
  /** Gets a log event. Scope: `read:logs` or `read:logs_users`. */
  get: get('/logs/{id}', { returns: of<Log>() })
}
