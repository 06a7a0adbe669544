import type { Context } from './context.js'

/** Forgets what this process remembers of a session that is over. */
export function forgetSession (context: Context, id: string): void {
  context.refreshes.forget(id)
  context.connectionTokens.forget(id)
}
