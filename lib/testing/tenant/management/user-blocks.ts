import { empty, json } from '../engine/exchange.js'
import { isBlocked, unblock } from '../login/passwords.js'
import type { StoredUser } from '../login/users.js'
import { managementError } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { userOf } from './users.js'

function identifierOf ({ query }: ManagementCall): string {
  const identifier = query.get('identifier')
  if (identifier === null) {
    throw managementError(400, "Query validation error: 'Missing required property: identifier'.",
      'invalid_query_string')
  }
  return identifier
}

function blocks ({ tenant }: ManagementCall, user: StoredUser | undefined): Record<string, unknown> {
  const blocked = user !== undefined && isBlocked(tenant, user)
  return {
    blocked_for: blocked ? [{ identifier: user.email ?? user.sub, ip: '127.0.0.1', connection: user.connection }] : []
  }
}

/** Users whom too many wrong passwords have blocked. */
export const userBlocks: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/user-blocks',
  scopes: ['read:users'],
  handle: call => json(200, blocks(call, call.tenant.users.find(identifierOf(call))))
}, {
  method: 'DELETE',
  path: '/user-blocks',
  scopes: ['update:users'],
  says: 'Unblock a user',
  handle (call) {
    unblock(call.tenant, call.tenant.users.find(identifierOf(call)))
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/user-blocks/:id',
  scopes: ['read:users'],
  handle: call => json(200, blocks(call, userOf(call)))
}, {
  method: 'DELETE',
  path: '/user-blocks/:id',
  scopes: ['update:users'],
  says: 'Unblock a user',
  handle (call) {
    unblock(call.tenant, userOf(call))
    return empty(204)
  }
}]
