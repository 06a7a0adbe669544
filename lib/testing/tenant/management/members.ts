import { empty } from '../engine/exchange.js'
import { isMember, membersOf } from '../login/organizations.js'
import type { StoredUser } from '../login/users.js'
import { managementError, requiredTexts } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { organizationOf } from './organizations.js'
import { answerList } from './paging.js'
import { assignRoles, removeRoles, roleDocument, rolesOf } from './roles.js'
import { memberDocument, userOf } from './users.js'

function memberOf (call: ManagementCall): StoredUser {
  const user = call.tenant.users.bySub(call.params.user)
  if (user === undefined || !isMember(organizationOf(call), user)) {
    throw managementError(404, 'The user is not a member of the organization.', 'inexistent_member')
  }
  return user
}

/** The members of organizations, and their roles there. */
export const members: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/organizations/:id/members',
  scopes: ['read:organization_members'],
  handle (call) {
    const organization = organizationOf(call)
    const found = membersOf(call.tenant, organization)
    return answerList(call, found, { key: 'members', checkpoints: true }, memberDocument)
  }
}, {
  method: 'POST',
  path: '/organizations/:id/members',
  scopes: ['create:organization_members'],
  says: 'Add members to an Organization',
  handle (call) {
    const organization = organizationOf(call)
    const already = new Set(membersOf(call.tenant, organization))
    const added = requiredTexts(call, 'members').map(sub => userOf({ ...call, params: { id: sub } })).filter(user =>
      !already.has(user)
    )
    organization.members = [...organization.members ?? [], ...added.map(({ sub }) => sub)]
    return empty(204)
  }
}, {
  method: 'DELETE',
  path: '/organizations/:id/members',
  scopes: ['delete:organization_members'],
  says: 'Remove members from an Organization',
  handle (call) {
    const organization = organizationOf(call)
    const gone = requiredTexts(call, 'members').flatMap(sub => [sub, call.tenant.users.bySub(sub)?.email])
    organization.members = (organization.members ?? []).filter(member => !gone.includes(member))
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/organizations/:id/members/:user/roles',
  scopes: ['read:organization_member_roles'],
  handle: call =>
    answerList(call, rolesOf(call.state, call.params.id!, memberOf(call).sub).map(roleDocument), { key: 'roles' })
}, {
  method: 'POST',
  path: '/organizations/:id/members/:user/roles',
  scopes: ['create:organization_member_roles'],
  says: 'Assign roles to a member of an Organization',
  handle (call) {
    assignRoles(call.state, requiredTexts(call, 'roles'), call.params.id!, memberOf(call).sub)
    return empty(204)
  }
}, {
  method: 'DELETE',
  path: '/organizations/:id/members/:user/roles',
  scopes: ['delete:organization_member_roles'],
  says: 'Remove roles from a member of an Organization',
  handle (call) {
    removeRoles(call.state, requiredTexts(call, 'roles'), call.params.id!, memberOf(call).sub)
    return empty(204)
  }
}]
