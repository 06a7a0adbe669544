import type { FastifyRequest } from 'fastify'
import { lazily } from '../../base/lazily.js'
import type { ApplicationToken, ApplicationTokens } from '../../flows/tokens/application-access-token.js'
import { getAccessToken } from '../../flows/tokens/access-token.js'
import { registrationOf, type Registration } from '../request/registration.js'
import type { ProxyConfig } from './proxy-options.js'

const tokensOfApplication = lazily("a proxy's own tokens",
  () => import('../../flows/tokens/application-access-token.js'))

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
  let tokens: ApplicationTokens | undefined
  return async (request, refused) => {
    const { applicationTokens } = await tokensOfApplication()
    tokens ??= applicationTokens({ ...params, audience: audience ?? config.audience! }, now)
    const server = await registrationOf(request).requestContext(request).server()
    return await tokens(server, refused)
  }
}
