import { empty } from '../engine/exchange.js'
import { isMember, membersOf } from '../login/organizations.js'
import type { StoredUser } from '../login/users.js'
import {
  del, get, managementError, post, requiredTexts, type ManagementCall, type ManagementEndpoint
} from './endpoint.js'
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
export const members: readonly ManagementEndpoint[] = [
  get('/organizations/:id/members', 'read:organization_members', call => {
    const organization = organizationOf(call)
    const found = membersOf(call.tenant, organization)
    return answerList(call, found, { key: 'members', checkpoints: true }, memberDocument)
  }),
  post('/organizations/:id/members', 'create:organization_members', 'Add members to an Organization', call => {
    const organization = organizationOf(call)
    const already = new Set(membersOf(call.tenant, organization))
    const added = requiredTexts(call, 'members').map(sub => userOf(call, sub)).filter(user =>
      !already.has(user)
    )
    organization.members = [...organization.members ?? [], ...added.map(({ sub }) => sub)]
    return empty(204)
  }),
  del('/organizations/:id/members', 'delete:organization_members', 'Remove members from an Organization', call => {
    const organization = organizationOf(call)
    const gone = requiredTexts(call, 'members').flatMap(sub => [sub, call.tenant.users.bySub(sub)?.email])
    organization.members = (organization.members ?? []).filter(member => !gone.includes(member))
    return empty(204)
  }),
  get('/organizations/:id/members/:user/roles', 'read:organization_member_roles', call =>
    answerList(call, rolesOf(call.state, call.params.id!, memberOf(call).sub).map(roleDocument), { key: 'roles' })),
  post('/organizations/:id/members/:user/roles', 'create:organization_member_roles',
    'Assign roles to a member of an Organization', call => {
      assignRoles(call.state, requiredTexts(call, 'roles'), call.params.id!, memberOf(call).sub)
      return empty(204)
    }),
  del('/organizations/:id/members/:user/roles', 'delete:organization_member_roles',
    'Remove roles from a member of an Organization', call => {
      removeRoles(call.state, requiredTexts(call, 'roles'), call.params.id!, memberOf(call).sub)
      return empty(204)
    })
]
