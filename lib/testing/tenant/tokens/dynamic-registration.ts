import { randomBytes } from 'node:crypto'
import type { Feature } from '../engine/context.js'
import { empty, json, oauthError, TenantError } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { documentProblem, thirdPartyClient } from './third-party.js'

const path = '/oidc/register'
const methods = ['none', 'client_secret_post', 'client_secret_basic'] as const
type Method = typeof methods[number]

/** Programs in browsers register, too. */
const cors = { 'access-control-allow-origin': '*' }

/** Applications register themselves, as third parties. @see RFC 7591 */
export const dynamicRegistration: Feature = {
  routes: tenant => [
    route('OPTIONS', path, ({ headers }) =>
      empty(204, {
        ...cors,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': headers['access-control-request-headers'] ?? 'content-type'
      })),
    route('POST', path, ({ body }) => {
      if (!tenant.settings.dynamicRegistration) {
        throw oauthError(403, 'access_denied', 'Dynamic client registration is not enabled for this tenant.')
      }
      const problem = documentProblem(body, methods)
      if (problem !== undefined) {
        const { error, description } = problem
        throw new TenantError(400, { error, error_description: description }, cors)
      }
      const method = (body.token_endpoint_auth_method ?? 'client_secret_basic') as Method
      const { clientId, clientSecret, name, callbacks, grantTypes } = tenant.clients.add(thirdPartyClient(body, {
        clientId: `tpc_${randomBytes(16).toString('base64url')}`,
        tokenEndpointAuthMethod: method,
        ...(method !== 'none' && { clientSecret: randomBytes(48).toString('base64url') })
      }))
      return json(201, {
        client_id: clientId,
        ...(clientSecret !== undefined && { client_secret: clientSecret, client_secret_expires_at: 0 }),
        client_name: name,
        redirect_uris: callbacks,
        token_endpoint_auth_method: method,
        grant_types: grantTypes,
        response_types: ['code']
      }, cors)
    })
  ]
}
