import { findResourceServer } from '../tokens/resource-servers.js'
import type { PermissionSource } from '../engine/context.js'
import { empty, json } from '../engine/exchange.js'
import type { StoredUser } from '../login/users.js'
import { del, get, managementError, post, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { permissionsOf, rolesOf } from './roles.js'
import type { ManagementState, Role } from './state.js'
import { userOf } from './users.js'

interface Held {
  resource_server_identifier: string
  permission_name: string
  resource_server_name: string
  description: string
  sources: { source_id: string, source_name: string, source_type: 'DIRECT' | 'ROLE' }[]
}

const direct = { source_id: '', source_name: '', source_type: 'DIRECT' } as const

function heldBy ({ tenant, state }: ManagementCall, user: StoredUser): Held[] {
  const own = Object.entries(user.permissions ?? {}).flatMap(([api, names]) =>
    names.map(name => ({ resource_server_identifier: api, permission_name: name, source: direct }))
  )
  const byRole = rolesOf(state, user.sub).flatMap(({ id, name, permissions }: Role) =>
    permissions.map(permission => ({
      ...permission,
      source: { source_id: id, source_name: name, source_type: 'ROLE' as const }
    }))
  )
  const held = new Map<string, Held>()
  for (const { source, ...permission } of [...own, ...byRole]) {
    const key = `${permission.resource_server_identifier} ${permission.permission_name}`
    const known = held.get(key)
    if (known === undefined) {
      const { name = '' } = findResourceServer(tenant, permission.resource_server_identifier) ?? {}
      held.set(key, { ...permission, resource_server_name: name, description: '', sources: [source] })
    } else known.sources.push(source)
  }
  return [...held.values()]
}

/** The permissions of a user's roles: those of the tenant, and those in the organization that was logged in to. */
export function rolePermissions (state: ManagementState): PermissionSource {
  return ({ sub }, audience, organization) => {
    const roles = [...rolesOf(state, sub), ...organization === undefined ? [] : rolesOf(state, organization, sub)]
    return roles.flatMap(({ permissions }) => permissions)
      .filter(({ resource_server_identifier: api }) => api === audience)
      .map(({ permission_name: name }) => name)
  }
}

/** Permissions of users, their own and by roles. */
export const userPermissions: readonly ManagementEndpoint[] = [
  get('/users/:id/permissions', 'read:users',
    call => answerList(call, heldBy(call, userOf(call)), { key: 'permissions' })),
  post('/users/:id/permissions', 'update:users', 'Assign permissions to a user', call => {
    const user = userOf(call)
    const permissions: Record<string, readonly string[]> = { ...user.permissions }
    for (const { resource_server_identifier: api, permission_name: name } of permissionsOf(call)) {
      if (!findResourceServer(call.tenant, api)?.scopes?.includes(name)) {
        throw managementError(404, `The permission ${name} of ${api} does not exist.`, 'inexistent_permission')
      }
      permissions[api] = [...new Set([...permissions[api] ?? [], name])]
    }
    user.permissions = permissions
    return json(201, {})
  }),
  del('/users/:id/permissions', 'update:users', 'Remove permissions from a user', call => {
    const user = userOf(call)
    const gone = permissionsOf(call)
    user.permissions = Object.fromEntries(
      Object.entries(user.permissions ?? {}).map(([api, names]) => [api, names.filter(name =>
        !gone.some(one => one.resource_server_identifier === api && one.permission_name === name)
      )])
    )
    return empty(204)
  })
]
