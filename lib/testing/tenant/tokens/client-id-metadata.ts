import type { Feature, TenantContext } from '../engine/context.js'
import { oauthError, type TenantRequest } from '../engine/exchange.js'
import type { RegisteredClient } from '../engine/records.js'
import type { TenantClient } from '../options.js'
import { isLoopback } from './clients.js'
import { documentProblem, thirdPartyClient, type ClientDocument } from './third-party.js'

const methods = ['none', 'private_key_jwt']
const maxBytes = 65_536
const patience = 5000
const paths = new Set(['/authorize', '/oauth/par', '/oauth/token', '/oauth/revoke'])

interface MetadataDocument extends ClientDocument {
  client_id?: unknown
  jwks_uri?: unknown
}

/** Whether an id of an application is the address of its document: https with a path, or http on this computer. */
export function isMetadataUrl (clientId: unknown): clientId is string {
  if (typeof clientId !== 'string' || !URL.canParse(clientId)) return false
  const { protocol, pathname, hash, username } = new URL(clientId)
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback(clientId))) && pathname !== '/' &&
    hash === '' && username === ''
}

function refuse (url: string, why: string): never {
  throw oauthError(400, 'invalid_client', `The client metadata document at ${url} cannot be used: ${why}`)
}

async function fetchJson<T> (tenant: TenantContext, url: string, documentUrl = url): Promise<T> {
  try {
    const answer = await (tenant.options.fetch ?? fetch)(url, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(patience)
    })
    const text = await answer.text()
    if (answer.status === 200 && text.length <= maxBytes) return JSON.parse(text) as T
    return refuse(documentUrl, `${url} answered ${answer.status} with ${text.length} characters.`)
  } catch (error) {
    if (error instanceof Error && 'body' in error) throw error
    return refuse(documentUrl, `${url} could not be read (${(error as Error).message}).`)
  }
}

/** Reads the document of an application and makes the third-party application of it. */
export async function readMetadataDocument (tenant: TenantContext, url: string): Promise<TenantClient> {
  const document = await fetchJson<MetadataDocument>(tenant, url)
  if (document.client_id !== url) refuse(url, 'its client_id must be that URL.')
  const problem = documentProblem(document, methods)
  if (problem !== undefined) refuse(url, problem.description)
  if (document.token_endpoint_auth_method !== 'private_key_jwt') {
    return thirdPartyClient(document, { clientId: url, tokenEndpointAuthMethod: 'none' })
  }
  const { jwks_uri: keysUrl } = document
  if (typeof keysUrl !== 'string' || !URL.canParse(keysUrl) || new URL(keysUrl).origin !== new URL(url).origin) {
    refuse(url, 'its jwks_uri must be a URL of the same origin.')
  }
  const jwks = await fetchJson<NonNullable<TenantClient['jwks']>>(tenant, keysUrl, url)
  return thirdPartyClient(document, { clientId: url, tokenEndpointAuthMethod: 'private_key_jwt', jwks })
}

/** Adds the application of a document, or brings the one that is there up to date. */
export function addMetadataClient (tenant: TenantContext, client: TenantClient): RegisteredClient {
  const known = tenant.clients.get(client.clientId)
  return known === undefined ? tenant.clients.add(client) : Object.assign(known, client)
}

/** Applications whose id is the address of their document. @see OAuth Client ID Metadata Document */
export const clientIdMetadata: Feature = {
  async before (request: TenantRequest, tenant) {
    const { client_id: clientId } = request.params
    if (tenant.settings.clientIdMetadata && paths.has(request.path) && isMetadataUrl(clientId) &&
      tenant.clients.get(clientId) === undefined) {
      addMetadataClient(tenant, await readMetadataDocument(tenant, clientId))
    }
    return request
  }
}
