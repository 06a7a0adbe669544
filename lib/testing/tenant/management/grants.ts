import type { RegisteredClient } from '../engine/records.js'
import type { TenantContext } from '../engine/context.js'
import { empty, json } from '../engine/exchange.js'
import { clientOf } from './clients.js'
import {
  del, existing, get, invalidBody, managementError, patch, post, requiredQuery, requiredText, type ManagementCall,
  type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'
import { idOf } from './state.js'

interface ClientGrant {
  id: string
  client_id: string
  audience: string
  scope: readonly string[]
}

function clientGrants ({ clients }: TenantContext): ClientGrant[] {
  return clients.list.flatMap(({ clientId, clientGrants = {} }) =>
    Object.entries(clientGrants).map(([audience, scope]) =>
      ({ id: idOf('cgr', `${clientId} ${audience}`), client_id: clientId, audience, scope })))
}

function grantOf ({ tenant, params }: ManagementCall): { grant: ClientGrant, client: RegisteredClient } {
  const grant = existing(clientGrants(tenant).find(({ id }) => id === params.id),
    'The client grant does not exist.', 'inexistent_client_grant')
  return { grant, client: tenant.clients.get(grant.client_id)! }
}

function scopeOf ({ body }: ManagementCall): string[] {
  const { scope = [] } = body
  if (!Array.isArray(scope) || !scope.every(name => typeof name === 'string')) {
    throw invalidBody('Expected type array on property scope')
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
export const grants: readonly ManagementEndpoint[] = [
  get('/client-grants', 'read:client_grants', call => {
    const { query, tenant } = call
    const matching = clientGrants(tenant).filter(grant =>
      (['client_id', 'audience'] as const).every(name => !query.has(name) || query.get(name) === grant[name])
    )
    return answerList(call, matching.map(grant => ({ ...grant })), { key: 'client_grants', checkpoints: true })
  }),
  post('/client-grants', 'create:client_grants', 'Create a client grant', call => {
    const [clientId, audience] = [requiredText(call, 'client_id'), requiredText(call, 'audience')]
    const client = clientOf(call, clientId)
    if (client.clientGrants?.[audience] !== undefined) {
      throw managementError(409, 'A resource with the same identifier already exists.', 'client_grant_conflict')
    }
    client.clientGrants = { ...client.clientGrants, [audience]: scopeOf(call) }
    return json(201,
      clientGrants(call.tenant).find(grant => grant.client_id === clientId && grant.audience === audience))
  }),
  get('/client-grants/:id', 'read:client_grants', call => json(200, grantOf(call).grant)),
  patch('/client-grants/:id', 'update:client_grants', 'Update a client grant', call => {
    const { grant, client } = grantOf(call)
    const scope = scopeOf(call)
    client.clientGrants = { ...client.clientGrants, [grant.audience]: scope }
    return json(200, { ...grant, scope })
  }),
  del('/client-grants/:id', 'delete:client_grants', 'Delete a client grant', call => {
    const { grant, client } = grantOf(call)
    client.clientGrants = Object.fromEntries(
      Object.entries(client.clientGrants!).filter(([audience]) => audience !== grant.audience)
    )
    return empty(204)
  }),
  get('/grants', 'read:grants', call => answerList(call, userGrants(call), { key: 'grants' })),
  del('/grants', 'delete:grants', 'Delete the grants of a user', async call => {
    requiredQuery(call, 'user_id')
    for (const { id } of userGrants(call)) await call.tenant.storage.adapter('Grant').destroy(String(id))
    return empty(204)
  }),
  del('/grants/:id', 'delete:grants', 'Delete a grant', async ({ tenant, params }) => {
    await tenant.storage.adapter('Grant').destroy(params.id!)
    return empty(204)
  })
]
