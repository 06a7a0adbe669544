import { findOrganization } from '../login/organizations.js'
import { empty, json } from '../engine/exchange.js'
import type { TenantOrganization } from '../options.js'
import { connectionId, findConnection } from './connections.js'
import { change, documentOf } from './documents.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { newId } from './state.js'

const fields = { id: 'id', name: 'name', display_name: 'displayName' }

function organizationDocument (organization: TenantOrganization): Record<string, unknown> {
  return documentOf(organization, fields)
}

/** The organization of a call's path. */
export function organizationOf ({ tenant, params }: ManagementCall): TenantOrganization {
  return existing(tenant.organizations.find(({ id }) => id === params.id),
    'No organization found by that id or name', 'inexistent_organization')
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
export const organizations: readonly ManagementEndpoint[] = [
  get('/organizations', 'read:organizations', call =>
    answerList(call, call.tenant.organizations.map(organizationDocument), { key: 'organizations', checkpoints: true })),
  post('/organizations', 'create:organizations', 'Create an Organization', call => {
    const organization: TenantOrganization = { id: newId('org'), name: checkName(call) }
    change(organization, fields, call.body)
    call.tenant.organizations.push(organization)
    return json(201, organizationDocument(organization))
  }),
  get('/organizations/name/:name', 'read:organizations', call =>
    json(200, organizationDocument(findOrganization(call.tenant, call.params.name!) ?? organizationOf(call)))),
  get('/organizations/:id', 'read:organizations', call => json(200, organizationDocument(organizationOf(call)))),
  patch('/organizations/:id', 'update:organizations', 'Update an Organization', call => {
    const organization = organizationOf(call)
    if ('name' in call.body) checkName(call, organization)
    change(organization, fields, call.body)
    return json(200, organizationDocument(organization))
  }),
  del('/organizations/:id', 'delete:organizations', 'Delete an Organization', call => {
    call.tenant.organizations.splice(call.tenant.organizations.indexOf(organizationOf(call)), 1)
    return empty(204)
  }),
  get('/organizations/:id/enabled_connections', 'read:organization_connections', call => {
    const { id } = organizationOf(call)
    const found = call.state.enabledConnections.filter(({ organization }) => organization === id)
    return answerList(call, found.map(({ organization, ...enabled }) => enabled), { key: 'enabled_connections' })
  }),
  post('/organizations/:id/enabled_connections', 'create:organization_connections',
    'Add connections to an Organization', call => {
      const { id } = organizationOf(call)
      const connection = existing(findConnection(call, requiredText(call, 'connection_id')),
        'The connection does not exist.', 'inexistent_connection')
      const enabled = {
        connection_id: connectionId(connection),
        assign_membership_on_login: call.body.assign_membership_on_login === true
      }
      call.state.enabledConnections.push({ organization: id, ...enabled })
      return json(201, { ...enabled, connection: { name: connection.name, strategy: connection.strategy } })
    }),
  get('/users/:id/organizations', 'read:organizations', call => {
    const user = call.tenant.users.bySub(call.params.id)
    const names = [user?.sub, user?.email]
    return answerList(call,
      call.tenant.organizations.filter(({ members = [] }) => members.some(member => names.includes(member))).map(
        organizationDocument
      ), { key: 'organizations' })
  })
]
