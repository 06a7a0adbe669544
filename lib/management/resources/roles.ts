import type {
  AssignRoleUsersRequest, CreateRoleRequest, Group, GroupIds, PermissionsRequest, Role, RolePermission, RoleUser,
  RolesQuery, UpdateRoleRequest
} from '../../../types/management.js'
import { del, get, of, optional, patch, post } from '../endpoint.js'
import { checkpointList, eitherList, offsetList } from '../lists.js'

export const roles = {
  /** Lists roles. Scope: `read:roles`. */
  list: offsetList('/roles', 'roles', { query: of<RolesQuery>(), items: of<Role>() }),
  /** Creates a role. Scope: `create:roles`. */
  create: post('/roles', { body: of<CreateRoleRequest>(), returns: of<Role>() }),
  /** Deletes a role. Scope: `delete:roles`. */
  delete: del('/roles/{id}'),
  /** Gets a role. Scope: `read:roles`. */
  get: get('/roles/{id}', { returns: of<Role>() }),
  /** Updates a role. Scope: `update:roles`. */
  update: patch('/roles/{id}', { body: optional<UpdateRoleRequest>(), returns: of<Role>() }),
  groups: {
    /** Takes a role away from groups. Scope: `delete:group_roles`. */
    delete: del('/roles/{id}/groups', { body: of<GroupIds>() }),
    /** Lists the groups that have a role. Scope: `read:group_roles`. */
    get: checkpointList('/roles/{id}/groups', 'groups', { items: of<Group>() }),
    /** Assigns a role to groups. Scope: `create:group_roles`. */
    create: post('/roles/{id}/groups', { body: of<GroupIds>() })
  },
  permissions: {
    /** Takes permissions away from a role. Scope: `update:roles`. */
    delete: del('/roles/{id}/permissions', { body: of<PermissionsRequest>() }),
    /** Lists the permissions of a role. Scope: `read:roles`. */
    list: offsetList('/roles/{id}/permissions', 'permissions', { items: of<RolePermission>() }),
    /** Adds permissions to a role. Scope: `update:roles`. */
    add: post('/roles/{id}/permissions', { body: of<PermissionsRequest>() })
  },
  users: {
    /** Lists the users that have a role. Scope: `read:users`, `read:roles` or `read:role_members`. */
    list: eitherList('/roles/{id}/users', 'users', { items: of<RoleUser>() }),
    /** Assigns a role to users. Scope: `update:roles` or `create:role_members`. */
    assign: post('/roles/{id}/users', { body: of<AssignRoleUsersRequest>() })
  }
}
