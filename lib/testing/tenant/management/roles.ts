import { empty, json } from '../engine/exchange.js'
import { change, documentOf } from './documents.js'
import { managementError, requiredText, requiredTexts } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { newId } from './state.js'
import type { ManagementState, Role } from './state.js'
import { memberDocument, userOf } from './users.js'

const fields = { id: 'id', name: 'name', description: 'description' }

export function roleDocument (role: Role): Record<string, unknown> {
  return documentOf(role, fields)
}

/** The roles of a user, or of a member of an organization. */
export function rolesOf (state: ManagementState, ...key: string[]): Role[] {
  const assigned = state.assigned.get(key.join(' '))
  return state.roles.filter(({ id }) => assigned?.has(id))
}

/** Gives roles, which have to exist. */
export function assignRoles (state: ManagementState, roles: readonly string[], ...key: string[]): void {
  if (!roles.every(id => state.roles.some(role => role.id === id))) {
    throw managementError(404, 'The role does not exist.', 'inexistent_role')
  }
  const name = key.join(' ')
  state.assigned.set(name, new Set([...state.assigned.get(name) ?? [], ...roles]))
}

/** Takes roles away. */
export function removeRoles (state: ManagementState, roles: readonly string[], ...key: string[]): void {
  for (const id of roles) state.assigned.get(key.join(' '))?.delete(id)
}

function roleOf ({ state, params }: ManagementCall): Role {
  const role = state.roles.find(({ id }) => id === params.id)
  if (role === undefined) throw managementError(404, 'The role does not exist.', 'inexistent_role')
  return role
}

/** The permissions that a body names. */
export function permissionsOf ({ body }: ManagementCall): Role['permissions'] {
  const list = body.permissions
  const isPermission = (item: unknown): item is Role['permissions'][number] =>
    typeof item === 'object' && item !== null && 'permission_name' in item && 'resource_server_identifier' in item
  if (!Array.isArray(list) || !list.every(isPermission)) {
    throw managementError(400, "Payload validation error: 'Invalid permissions'.", 'invalid_body')
  }
  return list.map(({ resource_server_identifier: api, permission_name: name }) => ({
    resource_server_identifier: api,
    permission_name: name
  }))
}

const same = (a: Role['permissions'][number]) => (b: Role['permissions'][number]): boolean =>
  a.permission_name === b.permission_name && a.resource_server_identifier === b.resource_server_identifier

/** Roles, and who has them. */
export const roles: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/roles',
  scopes: ['read:roles'],
  handle (call) {
    const filter = call.query.get('name_filter')?.toLowerCase() ?? ''
    return answerList(call,
      call.state.roles.filter(({ name }) => name.toLowerCase().includes(filter)).map(roleDocument), { key: 'roles' })
  }
}, {
  method: 'POST',
  path: '/roles',
  scopes: ['create:roles'],
  says: 'Create a role',
  handle (call) {
    const role: Role = { id: newId('rol'), name: requiredText(call, 'name'), permissions: [] }
    if (call.state.roles.some(({ name }) => name === role.name)) {
      throw managementError(409, 'A role with this name already exists.', 'role_conflict')
    }
    change(role, fields, call.body)
    call.state.roles.push(role)
    return json(200, roleDocument(role))
  }
}, {
  method: 'GET',
  path: '/roles/:id',
  scopes: ['read:roles'],
  handle: call => json(200, roleDocument(roleOf(call)))
}, {
  method: 'PATCH',
  path: '/roles/:id',
  scopes: ['update:roles'],
  says: 'Update a role',
  handle (call) {
    const role = roleOf(call)
    change(role, fields, call.body)
    return json(200, roleDocument(role))
  }
}, {
  method: 'DELETE',
  path: '/roles/:id',
  scopes: ['delete:roles'],
  says: 'Delete a role',
  handle ({ state, params }) {
    state.roles = state.roles.filter(({ id }) => id !== params.id)
    return json(200, {})
  }
}, {
  method: 'GET',
  path: '/roles/:id/users',
  scopes: ['read:roles', 'read:role_members'],
  handle (call) {
    const { id } = roleOf(call)
    const members = call.tenant.users.list.filter(({ sub }) => call.state.assigned.get(sub)?.has(id))
    return answerList(call, members.map(memberDocument), { key: 'users', checkpoints: true })
  }
}, {
  method: 'POST',
  path: '/roles/:id/users',
  scopes: ['update:roles', 'create:role_members'],
  says: 'Assign users to a role',
  handle (call) {
    const { id } = roleOf(call)
    for (const sub of requiredTexts(call, 'users')) {
      assignRoles(call.state, [id], userOf({ ...call, params: { id: sub } }).sub)
    }
    return json(200, {})
  }
}, {
  method: 'GET',
  path: '/roles/:id/permissions',
  scopes: ['read:roles'],
  handle: call => answerList(call, roleOf(call).permissions, { key: 'permissions' })
}, {
  method: 'POST',
  path: '/roles/:id/permissions',
  scopes: ['update:roles'],
  says: 'Associate permissions with a role',
  handle (call) {
    const role = roleOf(call)
    const added = permissionsOf(call)
    role.permissions = [...role.permissions.filter(old => !added.some(same(old))), ...added]
    return json(201, {})
  }
}, {
  method: 'DELETE',
  path: '/roles/:id/permissions',
  scopes: ['update:roles'],
  says: 'Remove permissions from a role',
  handle (call) {
    const role = roleOf(call)
    const removed = permissionsOf(call)
    role.permissions = role.permissions.filter(old => !removed.some(same(old)))
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/users/:id/roles',
  scopes: ['read:users', 'read:roles', 'read:role_members'],
  handle: call => answerList(call, rolesOf(call.state, userOf(call).sub).map(roleDocument), { key: 'roles' })
}, {
  method: 'POST',
  path: '/users/:id/roles',
  scopes: ['update:users', 'create:role_members'],
  says: 'Assign roles to a user',
  handle (call) {
    assignRoles(call.state, requiredTexts(call, 'roles'), userOf(call).sub)
    return empty(204)
  }
}, {
  method: 'DELETE',
  path: '/users/:id/roles',
  scopes: ['update:users', 'delete:role_members'],
  says: 'Remove roles from a user',
  handle (call) {
    removeRoles(call.state, requiredTexts(call, 'roles'), userOf(call).sub)
    return empty(204)
  }
}]
