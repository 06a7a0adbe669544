import { LoginRequiredError } from '../../errors.js'
import type { UserClaims } from '../../../types/session.js'
import type { PluginContext, RequestContext } from '../context.js'
import { currentSession } from './session.js'

/**
 * The user's claims where a guard before has read the session.
 * @throws LoginRequiredError when no guard has found one
 */
export function knownUser (context: PluginContext, request: RequestContext): Readonly<UserClaims> {
  const { session } = request
  const read = session === null ? currentSession(context, request) : session
  // What becomes of the read, getUser() tells whoever asks.
  if (read instanceof Promise) read.catch(() => {})
  if (read === undefined || read instanceof Promise) {
    throw new LoginRequiredError(
      'There is no session yet: put a guard such as requireSession in front of this handler, or use getUser().'
    )
  }
  return read.record.user
}
