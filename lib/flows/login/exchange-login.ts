import type { Session } from '../../../types/session.js'
import type { PluginContext, RequestContext } from '../context.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { joinScopes } from '../tokens/scopes.js'
import { exchange, organizationOf, type CustomTokenExchangeOptions } from '../tokens/token-exchange.js'
import { establishSession } from './establish-session.js'
import { loginOrganization } from './organization.js'

/** Exchanges a token of another system and begins a session with the user the ID token names. @see RFC 8693 */
export async function loginWithCustomTokenExchange (context: PluginContext, request: RequestContext,
  options: CustomTokenExchangeOptions): Promise<{ session: Session }> {
  const server = await request.server()
  const organization = await loginOrganization(request, options.organization)
  const audience = options.audience ?? context.config.audience
  const scope = joinScopes('openid', options.scope)
  const asked: CustomTokenExchangeOptions = {
    ...options,
    scope,
    ...(audience !== undefined && { audience }),
    ...(organization !== undefined && { organization })
  }
  const tokens = await exchange(context, server, asked)
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    accessToken: tokens.access_token,
    ...organizationOf(asked)
  })
  return { session: await establishSession(context, request, { server, tokens, claims, audience, scope }) }
}
