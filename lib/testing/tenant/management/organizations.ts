import { findOrganization } from '../login/organizations.js'
import { empty, json } from '../engine/exchange.js'
import type { TenantOrganization } from '../options.js'
import { connectionId, findConnection } from './connections.js'
import { change, documentOf } from './documents.js'
import { invalidBody, managementError, requiredText } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { newId } from './state.js'

const fields = { id: 'id', name: 'name', display_name: 'displayName' }

export function organizationDocument (organization: TenantOrganization): Record<string, unknown> {
  return documentOf(organization, fields)
}

/** The organization of a call's path. */
export function organizationOf ({ tenant, params }: ManagementCall): TenantOrganization {
  const organization = tenant.organizations.find(({ id }) => id === params.id)
  if (organization === undefined) {
    throw managementError(404, 'No organization found by that id or name', 'inexistent_organization')
  }
  return organization
}

function checkName (call: ManagementCall, organization?: TenantOrganization): string {
  const name = requiredText(call, 'name')
  if (!/^[a-z0-9][a-z0-9_-]{0,49}$/u.test(name)) throw invalidBody(`String does not match pattern: ${name}`)
  const other = findOrganization(call.tenant, name)
  if (other !== undefined && other !== organization) {
    throw managementError(409, 'An organization with this name already exists.', 'organization_conflict')
  }
  return name
}

/** Organizations, and the connections their members come from. */
export const organizations: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/organizations',
  scopes: ['read:organizations'],
  handle: call =>
    answerList(call, call.tenant.organizations.map(organizationDocument), { key: 'organizations', checkpoints: true })
}, {
  method: 'POST',
  path: '/organizations',
  scopes: ['create:organizations'],
  says: 'Create an Organization',
  handle (call) {
    const organization: TenantOrganization = { id: newId('org'), name: checkName(call) }
    change(organization, fields, call.body)
    call.tenant.organizations.push(organization)
    return json(201, organizationDocument(organization))
  }
}, {
  method: 'GET',
  path: '/organizations/name/:name',
  scopes: ['read:organizations'],
  handle: call =>
    json(200, organizationDocument(findOrganization(call.tenant, call.params.name!) ?? organizationOf(call)))
}, {
  method: 'GET',
  path: '/organizations/:id',
  scopes: ['read:organizations'],
  handle: call => json(200, organizationDocument(organizationOf(call)))
}, {
  method: 'PATCH',
  path: '/organizations/:id',
  scopes: ['update:organizations'],
  says: 'Update an Organization',
  handle (call) {
    const organization = organizationOf(call)
    if ('name' in call.body) checkName(call, organization)
    change(organization, fields, call.body)
    return json(200, organizationDocument(organization))
  }
}, {
  method: 'DELETE',
  path: '/organizations/:id',
  scopes: ['delete:organizations'],
  says: 'Delete an Organization',
  handle (call) {
    call.tenant.organizations.splice(call.tenant.organizations.indexOf(organizationOf(call)), 1)
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/organizations/:id/enabled_connections',
  scopes: ['read:organization_connections'],
  handle (call) {
    const { id } = organizationOf(call)
    return answerList(call,
      call.state.enabledConnections.filter(({ organization }) => organization === id).map((
        { organization, ...enabled }
      ) => enabled), { key: 'enabled_connections' })
  }
}, {
  method: 'POST',
  path: '/organizations/:id/enabled_connections',
  scopes: ['create:organization_connections'],
  says: 'Add connections to an Organization',
  handle (call) {
    const { id } = organizationOf(call)
    const connection = findConnection(call, requiredText(call, 'connection_id'))
    if (connection === undefined) throw managementError(404, 'The connection does not exist.', 'inexistent_connection')
    const enabled = {
      connection_id: connectionId(connection),
      assign_membership_on_login: call.body.assign_membership_on_login === true
    }
    call.state.enabledConnections.push({ organization: id, ...enabled })
    return json(201, { ...enabled, connection: { name: connection.name, strategy: connection.strategy } })
  }
}, {
  method: 'GET',
  path: '/users/:id/organizations',
  scopes: ['read:organizations'],
  handle (call) {
    const user = call.tenant.users.bySub(call.params.id)
    const names = [user?.sub, user?.email]
    return answerList(call,
      call.tenant.organizations.filter(({ members = [] }) => members.some(member => names.includes(member))).map(
        organizationDocument
      ), { key: 'organizations' })
  }
}]
