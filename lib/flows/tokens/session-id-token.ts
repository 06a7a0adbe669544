import type { PluginContext, RequestContext } from '../context.js'
import { sessionWithTokens } from '../session/session.js'

/** The ID token the session keeps, in its newest form. */
export async function sessionIdToken (context: PluginContext, request: RequestContext): Promise<string | undefined> {
  return (await sessionWithTokens(context, request))?.tokens.idToken
}
