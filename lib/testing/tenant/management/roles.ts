import { empty, json } from '../engine/exchange.js'
import { change, documentOf } from './documents.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredText, requiredTexts, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { newId, type ManagementState, type Role } from './state.js'
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
  return existing(state.roles.find(({ id }) => id === params.id), 'The role does not exist.', 'inexistent_role')
}

/** The permissions that a body names. */
export function permissionsOf ({ body }: ManagementCall): Role['permissions'] {
  const list = body.permissions
  const isPermission = (item: unknown): item is Role['permissions'][number] =>
    typeof item === 'object' && item !== null && 'permission_name' in item && 'resource_server_identifier' in item
  if (!Array.isArray(list) || !list.every(isPermission)) {
    throw invalidBody('Invalid permissions')
  }
  return list.map(({ resource_server_identifier: api, permission_name: name }) => ({
    resource_server_identifier: api,
    permission_name: name
  }))
}

const same = (a: Role['permissions'][number]) => (b: Role['permissions'][number]): boolean =>
  a.permission_name === b.permission_name && a.resource_server_identifier === b.resource_server_identifier

/** Roles, and who has them. */
export const roles: readonly ManagementEndpoint[] = [
  get('/roles', 'read:roles', call => {
    const filter = call.query.get('name_filter')?.toLowerCase() ?? ''
    return answerList(call,
      call.state.roles.filter(({ name }) => name.toLowerCase().includes(filter)).map(roleDocument), { key: 'roles' })
  }),
  post('/roles', 'create:roles', 'Create a role', call => {
    const role: Role = { id: newId('rol'), name: requiredText(call, 'name'), permissions: [] }
    if (call.state.roles.some(({ name }) => name === role.name)) {
      throw managementError(409, 'A role with this name already exists.', 'role_conflict')
    }
    change(role, fields, call.body)
    call.state.roles.push(role)
    return json(200, roleDocument(role))
  }),
  get('/roles/:id', 'read:roles', call => json(200, roleDocument(roleOf(call)))),
  patch('/roles/:id', 'update:roles', 'Update a role', call => {
    const role = roleOf(call)
    change(role, fields, call.body)
    return json(200, roleDocument(role))
  }),
  del('/roles/:id', 'delete:roles', 'Delete a role', ({ state, params }) => {
    state.roles = state.roles.filter(({ id }) => id !== params.id)
    return json(200, {})
  }),
  get('/roles/:id/users', 'read:roles read:role_members', call => {
    const { id } = roleOf(call)
    const members = call.tenant.users.list.filter(({ sub }) => call.state.assigned.get(sub)?.has(id))
    return answerList(call, members.map(memberDocument), { key: 'users', checkpoints: true })
  }),
  post('/roles/:id/users', 'update:roles create:role_members', 'Assign users to a role', call => {
    const { id } = roleOf(call)
    for (const sub of requiredTexts(call, 'users')) {
      assignRoles(call.state, [id], userOf(call, sub).sub)
    }
    return json(200, {})
  }),
  get('/roles/:id/permissions', 'read:roles',
    call => answerList(call, roleOf(call).permissions, { key: 'permissions' })),
  post('/roles/:id/permissions', 'update:roles', 'Associate permissions with a role', call => {
    const role = roleOf(call)
    const added = permissionsOf(call)
    role.permissions = [...role.permissions.filter(old => !added.some(same(old))), ...added]
    return json(201, {})
  }),
  del('/roles/:id/permissions', 'update:roles', 'Remove permissions from a role', call => {
    const role = roleOf(call)
    const removed = permissionsOf(call)
    role.permissions = role.permissions.filter(old => !removed.some(same(old)))
    return empty(204)
  }),
  get('/users/:id/roles', 'read:users read:roles read:role_members',
    call => answerList(call, rolesOf(call.state, userOf(call).sub).map(roleDocument), { key: 'roles' })),
  post('/users/:id/roles', 'update:users create:role_members', 'Assign roles to a user', call => {
    assignRoles(call.state, requiredTexts(call, 'roles'), userOf(call).sub)
    return empty(204)
  }),
  del('/users/:id/roles', 'update:users delete:role_members', 'Remove roles from a user', call => {
    removeRoles(call.state, requiredTexts(call, 'roles'), userOf(call).sub)
    return empty(204)
  })
]
