import { randomBytes } from 'node:crypto'
import { addMetadataClient, isMetadataUrl, readMetadataDocument } from '../tokens/client-id-metadata.js'
import type { RegisteredClient } from '../engine/records.js'
import type { TenantClient } from '../options.js'
import { empty, json } from '../engine/exchange.js'
import { change, documentOf, selectFields } from './documents.js'
import {
  del, existing, get, invalidBody, patch, post, requiredText, type ManagementCall, type ManagementEndpoint
} from './endpoint.js'
import { answerList } from './paging.js'

const fields = {
  client_id: 'clientId',
  client_secret: 'clientSecret',
  name: 'name',
  callbacks: 'callbacks',
  web_origins: 'webOrigins',
  allowed_logout_urls: 'logoutUrls',
  grant_types: 'grantTypes',
  token_endpoint_auth_method: 'tokenEndpointAuthMethod',
  organization_usage: 'organizationUsage',
  require_pushed_authorization_requests: 'requirePushedAuthorizationRequests',
  require_proof_of_possession: 'requireProofOfPossession'
}
const secretLength = 48

/** The document of an application, read. */
async function fromDocument (call: ManagementCall): Promise<TenantClient> {
  const url = requiredText(call, 'external_client_id')
  if (!isMetadataUrl(url)) throw invalidBody('external_client_id must be an https URL with a path')
  return readMetadataDocument(call.tenant, url)
}

function mappedFields (client: TenantClient): Record<string, unknown> {
  return {
    external_client_id: client.clientId,
    name: client.name,
    callbacks: client.callbacks,
    grant_types: client.grantTypes,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod
  }
}

const valid = { valid: true, violations: [], warnings: [] }

/** An application as the API shows it. */
export function clientDocument (client: RegisteredClient): Record<string, unknown> {
  return { global: false, ...documentOf(client, fields), is_first_party: !client.thirdParty }
}

/** The application with an id: that of the call's path unless given. */
export function clientOf ({ tenant, params }: ManagementCall, id = params.id): RegisteredClient {
  return existing(tenant.clients.get(id), 'The client does not exist.', 'inexistent_client')
}

function newSecret (): string {
  return randomBytes(secretLength).toString('base64url')
}

/** Applications: whom the API adds can get tokens. */
export const clients: readonly ManagementEndpoint[] = [
  get('/clients', 'read:clients read:client_keys',
    call => answerList(call, call.tenant.clients.list.map(clientDocument), { key: 'clients', checkpoints: true })),
  post('/clients', 'create:clients', 'Create a client', call => {
    const name = requiredText(call, 'name')
    const method = call.body.token_endpoint_auth_method
    const client = call.tenant.clients.add({
      clientId: randomBytes(24).toString('base64url'),
      name,
      ...(method !== 'none' && { clientSecret: newSecret() })
    })
    change(client, fields, call.body)
    return json(201, clientDocument(client))
  }),
  get('/clients/:id', 'read:clients read:client_keys',
    call => json(200, selectFields(clientDocument(clientOf(call)), call.query))),
  patch('/clients/:id', 'update:clients update:client_keys', 'Update a client', call => {
    const client = clientOf(call)
    change(client, fields, call.body)
    return json(200, clientDocument(client))
  }),
  del('/clients/:id', 'delete:clients', 'Delete a client', ({ tenant, params }) => {
    const at = tenant.clients.list.findIndex(({ clientId }) => clientId === params.id)
    if (at !== -1) tenant.clients.list.splice(at, 1)
    return empty(204)
  }),
  post('/clients/:id/rotate-secret', 'update:client_keys', 'Rotate a client secret', call => {
    const client = clientOf(call)
    client.clientSecret = newSecret()
    return json(200, clientDocument(client))
  }),
  {
    method: 'POST',
    path: '/clients/cimd/preview',
    scopes: ['read:clients'],
    async handle (call) {
      const client = await fromDocument(call)
      return json(200, { client_id: client.clientId, validation: valid, mapped_fields: mappedFields(client) })
    }
  },
  post('/clients/cimd/register', 'create:clients update:clients', 'Register a client by its metadata document',
    async call => {
      const client = await fromDocument(call)
      const { clientId } = addMetadataClient(call.tenant, client)
      return json(201, { client_id: clientId, validation: valid, mapped_fields: mappedFields(client) })
    })
]
