import { empty, json } from '../engine/exchange.js'
import { isBlocked, unblock } from '../login/passwords.js'
import type { StoredUser } from '../login/users.js'
import { del, get, requiredQuery, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import { userOf } from './users.js'

function named (call: ManagementCall): StoredUser | undefined {
  return call.tenant.users.find(requiredQuery(call, 'identifier'))
}

function blocks ({ tenant }: ManagementCall, user: StoredUser | undefined): Record<string, unknown> {
  const blocked = user !== undefined && isBlocked(tenant, user)
  return {
    blocked_for: blocked ? [{ identifier: user.email ?? user.sub, ip: '127.0.0.1', connection: user.connection }] : []
  }
}

/** Users whom too many wrong passwords have blocked. */
export const userBlocks: readonly ManagementEndpoint[] = [
  get('/user-blocks', 'read:users', call => json(200, blocks(call, named(call)))),
  del('/user-blocks', 'update:users', 'Unblock a user', call => {
    unblock(call.tenant, named(call))
    return empty(204)
  }),
  get('/user-blocks/:id', 'read:users', call => json(200, blocks(call, userOf(call)))),
  del('/user-blocks/:id', 'update:users', 'Unblock a user', call => {
    unblock(call.tenant, userOf(call))
    return empty(204)
  })
]
