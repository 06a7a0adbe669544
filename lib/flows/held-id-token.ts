import type { Context, Visit } from './context.js'
import { currentSession } from './session.js'
import { adoptNewest } from './spend-refresh-token.js'

/** The ID token the session keeps, in its newest form. */
export async function heldIdToken (context: Context, visit: Visit): Promise<string | undefined> {
  const read = await currentSession(context, visit)
  return read === undefined ? undefined : (await adoptNewest(context, visit, read.record)).tokens.idToken
}
