import type { Context, Visit } from '../context.js'
import { sessionWithTokens } from '../session/session.js'

/** The ID token the session keeps, in its newest form. */
export async function heldIdToken (context: Context, visit: Visit): Promise<string | undefined> {
  return (await sessionWithTokens(context, visit))?.tokens.idToken
}
