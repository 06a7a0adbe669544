import type { PluginContext, RequestContext } from '../context.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { joinScopes, loginScope } from '../tokens/scopes.js'
import { exchange, organizationOf, type CustomTokenExchangeOptions } from '../tokens/token-exchange.js'
import type { EmbeddedLogin } from './embedded-login.js'
import { establishSession } from './establish-session.js'
import { loginOrganization } from './organization.js'

/** Exchanges a token of another system and begins a session with the user the ID token names. @see RFC 8693 */
export async function loginWithCustomTokenExchange (context: PluginContext, request: RequestContext,
  options: CustomTokenExchangeOptions): Promise<EmbeddedLogin> {
  const server = await request.server()
  const organization = await loginOrganization(request, options.organization)
  const audience = options.audience ?? context.config.audience
  const scope = options.scope === undefined
    ? loginScope(context.config.scope, audience)
    : joinScopes('openid', options.scope)
  const asked: CustomTokenExchangeOptions = {
    ...options,
    forwardedFor: options.forwardedFor ?? request.address,
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
  const session = await establishSession(context, request, { server, tokens, claims, audience, scope })
  return { session, authorizationDetails: tokens.authorization_details }
}
