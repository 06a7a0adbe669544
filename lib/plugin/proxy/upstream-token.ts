import type { FastifyRequest } from 'fastify'
import { applicationTokens, type ApplicationToken } from '../../flows/tokens/application-access-token.js'
import { getAccessToken } from '../../flows/tokens/access-token.js'
import { registrationOf, type Registration } from '../request/registration.js'
import type { ProxyConfig } from './proxy-options.js'

/** The token that goes upstream with a request; another one than `refused` where that is given. */
export type UpstreamTokens = (request: FastifyRequest, refused?: string) => Promise<ApplicationToken | undefined>

/** Gets the tokens that a proxy sends: of the tenant of the scope that the request's route is in. */
export function upstreamTokens ({ token, audience, scope }: ProxyConfig, creator: Registration): UpstreamTokens {
  if (token === 'none') return async () => undefined
  const params = { audience, scope }
  if (token === 'user') {
    return async (request, refused) => {
      const registration = registrationOf(request)
      const bound = registration.requestContext(request)
      const kept = await getAccessToken(registration.context, bound, params)
      // Another request may have got a new one in the meantime.
      if (kept.accessToken !== refused) return kept
      return await getAccessToken(registration.context, bound, { ...params, refresh: true })
    }
  }
  const { config, now } = creator.context
  const tokens = applicationTokens({ ...params, audience: audience ?? config.audience! }, now)
  return async (request, refused) => {
    const server = await registrationOf(request).requestContext(request).server()
    return await tokens(server, refused)
  }
}
