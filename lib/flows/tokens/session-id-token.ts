import { ConfigurationError } from '../../errors.js'
import type { PluginContext, RequestContext } from '../context.js'
import { sessionWithTokens } from '../session/session.js'

/** The ID token the session keeps, in its newest form. */
export async function sessionIdToken (context: PluginContext, request: RequestContext): Promise<string | undefined> {
  return (await sessionWithTokens(context, request))?.tokens.idToken
}

/** `request.auth0.getIdToken()`. @throws ConfigurationError where the options keep no ID token */
export async function getIdToken (context: PluginContext, request: RequestContext): Promise<string | undefined> {
  if (!context.config.storeIdToken) {
    throw new ConfigurationError('storeIdToken',
      'Option "storeIdToken" must be true for getIdToken(): without it the session keeps no ID token.')
  }
  return await sessionIdToken(context, request)
}
