import type {
  GetGroupMembersQuery, GetGroupResponse, Group, GroupMember, ListGroupsQuery, Role, RoleIds
} from '../../../types/management.js'
import { del, get, of, post } from '../endpoint.js'
import { checkpointList, eitherList } from '../lists.js'

export const groups = {
  /** Lists groups. Scope: `read:groups`. */
  list: eitherList('/groups', 'groups', { query: of<ListGroupsQuery>(), items: of<Group>() }),
  /** Deletes a group. Scope: `delete:groups`. */
  delete: del('/groups/{id}'),
  /** Gets a group. Scope: `read:groups`. */
  get: get('/groups/{id}', { returns: of<GetGroupResponse>() }),
  members: {
    /** Lists the members of a group. Scope: `read:group_members`. */
    get: checkpointList('/groups/{id}/members', 'members', {
      query: of<GetGroupMembersQuery>(),
      items: of<GroupMember>()
    })
  },
  roles: {
    /** Takes roles away from a group. Scope: `delete:group_roles`. */
    delete: del('/groups/{id}/roles', { body: of<RoleIds>() }),
    /** Lists the roles of a group. Scope: `read:group_roles`. */
    list: checkpointList('/groups/{id}/roles', 'roles', { items: of<Role>() }),
    /** Assigns roles to a group. Scope: `create:group_roles`. */
    create: post('/groups/{id}/roles', { body: of<RoleIds>() })
  }
}
