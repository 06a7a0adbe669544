import { InvalidArgumentError } from '../../errors.js'
import type { CustomSession, SessionSaveReason, UserClaims } from '../../../types/session.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { IdTokenClaims } from '../../../types/tokens.js'
import type { PluginContext } from '../context.js'
import { sessionView } from './view.js'

/** Lets the application change what is about to be written; the subject stays what the ID token said. */
export async function beforeSaved (context: PluginContext, draft: { user: UserClaims, custom: CustomSession },
  reason: SessionSaveReason, claims: IdTokenClaims | undefined,
  previous: SessionRecord | undefined): Promise<{ user: UserClaims, custom: CustomSession }> {
  const hook = context.config.beforeSessionSaved
  if (hook === undefined) return draft
  const sub = draft.user.sub
  const mutable = structuredClone(draft)
  const changed = await hook(mutable, {
    reason,
    ...(claims !== undefined && { idTokenClaims: claims }),
    ...(previous !== undefined &&
      { previous: sessionView({ record: previous, lastActivity: previous.updatedAt, expiresAt: previous.updatedAt }) })
  })
  const result = changed ?? mutable
  if (result.user?.sub !== sub) {
    throw new InvalidArgumentError('beforeSessionSaved',
      'The hook "beforeSessionSaved" must not change the user\'s "sub".')
  }
  return { user: result.user, custom: result.custom ?? {} }
}
