import type { PluginContext, RequestContext } from '../context.js'
import { exchange, type CustomTokenExchangeOptions } from '../tokens/token-exchange.js'
import { beginSession, loginDemands, type EmbeddedLogin } from './embedded-login.js'

/** Exchanges a token of another system and begins a session with the user the ID token names. @see RFC 8693 */
export async function loginWithCustomTokenExchange (context: PluginContext, request: RequestContext,
  options: CustomTokenExchangeOptions): Promise<EmbeddedLogin> {
  const server = await request.server()
  const asked = await loginDemands(context, request, options)
  const forwardedFor = options.forwardedFor ?? request.address
  const tokens = await exchange(context, server, { ...options, ...asked, forwardedFor })
  return await beginSession(context, request, server, asked, tokens)
}
