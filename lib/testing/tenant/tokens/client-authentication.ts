import { randomBytes } from 'node:crypto'
import { internalGrantPrefix } from './clients.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { oauthError, TenantError, type TenantRequest } from '../engine/exchange.js'
import type { RegisteredClient } from '../engine/records.js'

const grantType = `${internalGrantPrefix}authenticate:${randomBytes(16).toString('hex')}`
const credentials = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** The application a request names; for endpoints that ask for no credentials. */
export function namedClient (tenant: TenantContext, request: TenantRequest): RegisteredClient {
  const client = tenant.clients.get(request.params.client_id)
  if (client === undefined) {
    throw oauthError(400, 'invalid_request', `Unknown client: ${String(request.params.client_id)}`)
  }
  return client
}

/** The application that sent a request, its credentials checked by the engine just as on the token endpoint. */
export async function authenticateClient (tenant: TenantContext, request: TenantRequest): Promise<RegisteredClient> {
  const given = credentials.map(name => [name, request.body[name]]).filter((entry): entry is [string, string] =>
    typeof entry[1] === 'string'
  )
  const body = { grant_type: grantType, ...Object.fromEntries(given) }
  const { authorization = '' } = request.headers
  const answer = await tenant.send({
    ...request,
    method: 'POST',
    url: `${tenant.issuer}oauth/token`,
    path: '/oauth/token',
    query: {},
    body,
    params: body,
    text: new URLSearchParams(body).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(/^basic /iu.test(authorization) ? { authorization } : {})
    }
  })
  const result = JSON.parse(answer.body) as Record<string, unknown>
  if (answer.status !== 200) throw new TenantError(answer.status, result)
  return tenant.clients.get(result.client_id)!
}

/** Client authentication for endpoints that the engine does not have. */
export const clientAuthentication: Feature = {
  install ({ provider }) {
    provider.registerGrantType(grantType, ctx => {
      ctx.body = { client_id: ctx.oidc.client.clientId }
    })
  }
}
