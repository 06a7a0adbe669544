import { createHash } from 'node:crypto'
import type { RegisteredClient } from '../engine/records.js'
import type { TenantContext } from '../engine/context.js'
import { empty, json } from '../engine/exchange.js'
import { managementError, requiredText } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'

interface ClientGrant {
  id: string
  client_id: string
  audience: string
  scope: readonly string[]
}

function clientGrants ({ clients }: TenantContext): ClientGrant[] {
  return clients.list.flatMap(({ clientId, clientGrants = {} }) =>
    Object.entries(clientGrants).map(([audience, scope]) => {
      const id = `cgr_${
        createHash('sha256').update(`${clientId} ${audience}`).digest('base64url').replace(/[-_]/gu, 'x').slice(0, 16)
      }`
      return { id, client_id: clientId, audience, scope }
    })
  )
}

function grantOf ({ tenant, params }: ManagementCall): { grant: ClientGrant, client: RegisteredClient } {
  const grant = clientGrants(tenant).find(({ id }) => id === params.id)
  if (grant === undefined) throw managementError(404, 'The client grant does not exist.', 'inexistent_client_grant')
  return { grant, client: tenant.clients.get(grant.client_id)! }
}

function scopeOf ({ body }: ManagementCall): string[] {
  const { scope = [] } = body
  if (!Array.isArray(scope) || !scope.every(name => typeof name === 'string')) {
    throw managementError(400, "Payload validation error: 'Expected type array on property scope'.", 'invalid_body')
  }
  return scope
}

function userGrants ({ tenant, query }: ManagementCall): Record<string, unknown>[] {
  return tenant.storage.all('Grant')
    .map(({ jti, accountId, clientId }) => ({ id: jti, user_id: accountId, clientID: clientId }))
    .filter(grant =>
      [['user_id', grant.user_id], ['client_id', grant.clientID]].every(([name, value]) =>
        !query.has(name!) || query.get(name!) === value
      )
    )
}

/** What applications may ask of APIs, and what users granted to applications. */
export const grants: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/client-grants',
  scopes: ['read:client_grants'],
  handle (call) {
    const { query, tenant } = call
    const matching = clientGrants(tenant).filter(grant =>
      (['client_id', 'audience'] as const).every(name => !query.has(name) || query.get(name) === grant[name])
    )
    return answerList(call, matching.map(grant => ({ ...grant })), { key: 'client_grants', checkpoints: true })
  }
}, {
  method: 'POST',
  path: '/client-grants',
  scopes: ['create:client_grants'],
  says: 'Create a client grant',
  handle (call) {
    const [clientId, audience] = [requiredText(call, 'client_id'), requiredText(call, 'audience')]
    const client = call.tenant.clients.get(clientId)
    if (client === undefined) throw managementError(404, 'The client does not exist.', 'inexistent_client')
    if (client.clientGrants?.[audience] !== undefined) {
      throw managementError(409, 'A resource with the same identifier already exists.', 'client_grant_conflict')
    }
    client.clientGrants = { ...client.clientGrants, [audience]: scopeOf(call) }
    return json(201,
      clientGrants(call.tenant).find(grant => grant.client_id === clientId && grant.audience === audience))
  }
}, {
  method: 'GET',
  path: '/client-grants/:id',
  scopes: ['read:client_grants'],
  handle: call => json(200, grantOf(call).grant)
}, {
  method: 'PATCH',
  path: '/client-grants/:id',
  scopes: ['update:client_grants'],
  says: 'Update a client grant',
  handle (call) {
    const { grant, client } = grantOf(call)
    const scope = scopeOf(call)
    client.clientGrants = { ...client.clientGrants, [grant.audience]: scope }
    return json(200, { ...grant, scope })
  }
}, {
  method: 'DELETE',
  path: '/client-grants/:id',
  scopes: ['delete:client_grants'],
  says: 'Delete a client grant',
  handle (call) {
    const { grant, client } = grantOf(call)
    client.clientGrants = Object.fromEntries(
      Object.entries(client.clientGrants!).filter(([audience]) => audience !== grant.audience)
    )
    return empty(204)
  }
}, {
  method: 'GET',
  path: '/grants',
  scopes: ['read:grants'],
  handle: call => answerList(call, userGrants(call), { key: 'grants' })
}, {
  method: 'DELETE',
  path: '/grants',
  scopes: ['delete:grants'],
  says: 'Delete the grants of a user',
  async handle (call) {
    if (!call.query.has('user_id')) {
      throw managementError(400, "Query validation error: 'Missing required property: user_id'.",
        'invalid_query_string')
    }
    for (const { id } of userGrants(call)) await call.tenant.storage.adapter('Grant').destroy(String(id))
    return empty(204)
  }
}, {
  method: 'DELETE',
  path: '/grants/:id',
  scopes: ['delete:grants'],
  says: 'Delete a grant',
  async handle ({ tenant, params }) {
    await tenant.storage.adapter('Grant').destroy(params.id!)
    return empty(204)
  }
}]
