import { jsonCopy } from '../../base/json-copy.js'
import { InvalidArgumentError } from '../../errors.js'
import type { CustomSession, SessionSaveReason, UserClaims } from '../../../types/session.js'
import type { SessionRecord } from '../../../types/stores.js'
import type { IdTokenClaims } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { sessionView } from './view.js'

/** What is known of a write. */
export interface SaveFacts {
  reason: SessionSaveReason
  /** The verified ID token's claims, when the write follows from one. */
  claims?: IdTokenClaims | undefined
  /** The access token that came with them. */
  accessToken?: string | undefined
  /** The session before this write. */
  previous?: SessionRecord | undefined
}

/**
 * Lets the application change what is about to be written; the subject stays what the ID token said, and so does who
 * acts for it.
 * @throws InvalidArgumentError for another `sub`, or for what JSON cannot keep
 */
export async function beforeSaved (context: PluginContext, request: RequestContext,
  draft: { user: UserClaims, custom: CustomSession },
  { reason, claims, accessToken, previous }: SaveFacts): Promise<{ user: UserClaims, custom: CustomSession }> {
  const hook = context.config.beforeSessionSaved
  if (hook === undefined) return draft
  const { sub, act } = draft.user
  const mutable = structuredClone(draft)
  const changed = await hook(mutable, {
    reason,
    request: request.original,
    ...(claims !== undefined && { idTokenClaims: claims }),
    ...(accessToken !== undefined && { accessToken }),
    ...(previous !== undefined &&
      { previous: sessionView({ record: previous, lastActivity: previous.updatedAt, expiresAt: previous.updatedAt }) })
  })
  const result = changed ?? mutable
  if (result.user?.sub !== sub) {
    throw new InvalidArgumentError('beforeSessionSaved',
      'The hook "beforeSessionSaved" must not change the user\'s "sub".')
  }
  const user = jsonCopy(result.user, 'user') as UserClaims
  return {
    // Who acts is the identity provider's to say, whatever claims the hook keeps.
    user: act === undefined ? user : { ...user, act },
    custom: jsonCopy(result.custom ?? {}, 'custom') as CustomSession
  }
}
