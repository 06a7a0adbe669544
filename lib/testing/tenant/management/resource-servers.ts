import { createHash } from 'node:crypto'
import { empty, json } from '../engine/exchange.js'
import type { TenantResourceServer } from '../options.js'
import { change, documentOf } from './documents.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'

const fields = {
  identifier: 'identifier',
  name: 'name',
  signing_alg: 'signingAlg',
  token_lifetime: 'tokenLifetime',
  token_dialect: 'tokenDialect',
  allow_offline_access: 'allowOfflineAccess',
  enforce_policies: 'rbac'
}
const defaults = {
  signing_alg: 'RS256',
  token_lifetime: 86_400,
  token_lifetime_for_web: 7200,
  token_dialect: 'access_token',
  allow_offline_access: true,
  enforce_policies: false,
  skip_consent_for_verifiable_first_party_clients: true
}

interface Scope {
  value: string
  description?: string
}

/** What the API was told of scopes, which the tenant itself knows by name only. */
const descriptions = new WeakMap<TenantResourceServer, readonly Scope[]>()

function idOf ({ identifier }: TenantResourceServer): string {
  return createHash('sha256').update(identifier).digest('hex').slice(0, 24)
}

function serverDocument (issuer: string, api: TenantResourceServer): Record<string, unknown> {
  const described = descriptions.get(api) ?? []
  const scopes = (api.scopes ?? []).map(value => described.find(scope => scope.value === value) ?? { value })
  return {
    id: idOf(api),
    is_system: api.identifier.startsWith(issuer),
    ...defaults,
    ...documentOf(api, fields),
    scopes
  }
}

function serverOf ({ tenant, params }: ManagementCall): TenantResourceServer {
  return existing(tenant.resourceServers.find(one => idOf(one) === params.id || one.identifier === params.id),
    'The resource server does not exist', 'inexistent_resource_server')
}

function changeServer (api: TenantResourceServer, body: Readonly<Record<string, unknown>>): void {
  const { scopes, ...rest } = body
  if (scopes !== undefined) {
    const valid = Array.isArray(scopes) && scopes.every(scope => typeof scope?.value === 'string')
    if (!valid) throw invalidBody('Expected an array of objects with "value" on property scopes')
    api.scopes = (scopes as Scope[]).map(({ value }) => value)
    descriptions.set(api, scopes as Scope[])
  }
  change(api, fields, rest)
}

/** APIs: applications get tokens for those that are added here. */
export const resourceServers: readonly ManagementEndpoint[] = [
  get('/resource-servers', 'read:resource_servers', call => {
    const { tenant, query } = call
    const identifiers = query.getAll('identifiers')
    const found = tenant.resourceServers.filter(({ identifier }) =>
      identifiers.length === 0 || identifiers.includes(identifier)
    )
    return answerList(call, found, { key: 'resource_servers', checkpoints: true }, api =>
      serverDocument(tenant.issuer, api))
  }),
  post('/resource-servers', 'create:resource_servers', 'Create a resource server', call => {
    const { tenant } = call
    const api: TenantResourceServer = { identifier: requiredText(call, 'identifier') }
    if (tenant.resourceServers.some(({ identifier }) => identifier === api.identifier)) {
      throw managementError(409, 'A resource server with the same identifier already exists.',
        'resource_server_already_exists')
    }
    changeServer(api, call.body)
    tenant.resourceServers.push(api)
    return json(201, serverDocument(tenant.issuer, api))
  }),
  get('/resource-servers/:id', 'read:resource_servers',
    call => json(200, serverDocument(call.tenant.issuer, serverOf(call)))),
  patch('/resource-servers/:id', 'update:resource_servers', 'Update a resource server', call => {
    const api = serverOf(call)
    if ('identifier' in call.body) throw invalidBody('Additional properties not allowed: identifier')
    changeServer(api, call.body)
    return json(200, serverDocument(call.tenant.issuer, api))
  }),
  del('/resource-servers/:id', 'delete:resource_servers', 'Delete a resource server', call => {
    const api = serverOf(call)
    if (api.identifier.startsWith(call.tenant.issuer)) {
      throw managementError(403, 'You cannot remove a system resource server.', 'system_resource_server')
    }
    call.tenant.resourceServers.splice(call.tenant.resourceServers.indexOf(api), 1)
    return empty(204)
  })
]
