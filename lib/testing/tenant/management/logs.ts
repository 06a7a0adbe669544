import type { TenantContext } from '../engine/context.js'
import { json, type TenantAnswer } from '../engine/exchange.js'
import { existing, get, managementError, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { readSearch } from './search.js'
import type { ManagementState } from './state.js'

/** Events that are kept; the oldest go first. */
const kept = 10_000

/** Adds an event to the tenant's log. */
export function addLog (tenant: TenantContext, state: ManagementState,
  event: { type: string, [field: string]: unknown }): void {
  const logId = `900${new Date(tenant.now() * 1000).toISOString().slice(0, 10).replaceAll('-', '')}${
    String(state.logged++).padStart(24, '0')
  }`
  if (state.logs.length >= kept) state.logs.splice(0, kept / 10)
  state.logs.push({ log_id: logId, _id: logId, date: new Date(tenant.now() * 1000).toISOString(), ...event })
}

function readOn (call: ManagementCall, from: string): TenantAnswer {
  const at = call.state.logs.findIndex(log => log.log_id === from)
  if (at === -1) throw managementError(400, 'The log id of "from" does not exist.', 'invalid_query_string')
  const take = Math.min(100, Number(call.query.get('take') ?? 50))
  return json(200, call.state.logs.slice(at + 1, at + 1 + take))
}

/** The log: what was changed by the API, and who logged in. The newest comes first, but after a log's id. */
export const logs: readonly ManagementEndpoint[] = [
  get('/logs', 'read:logs read:logs_users', call => {
    const from = call.query.get('from')
    if (from !== null) return readOn(call, from)
    const search = call.query.get('q')
    const found = search === null ? call.state.logs : call.state.logs.filter(readSearch(search))
    return answerList(call, found.toReversed(), { key: 'logs' })
  }),
  get('/logs/:id', 'read:logs read:logs_users', ({ state, params }) => {
    const log = existing(state.logs.find(({ log_id: id }) => id === params.id), 'Log not found.', 'inexistent_log')
    return json(200, log)
  }),
  get('/users/:id/logs', 'read:logs read:logs_users', call =>
    answerList(call, call.state.logs.filter(({ user_id: id }) => id === call.params.id).reverse(), { key: 'logs' }))
]
