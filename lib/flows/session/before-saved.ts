import { jsonCopy } from '../../base/json-copy.js'
import { InvalidArgumentError } from '../../errors.js'
import type { CustomSession, SessionSaveReason, UserClaims } from '../../../types/session.js'
import type { Auth0Options } from '../../../types/options.js'
import type { Awaitable, SessionRecord } from '../../../types/stores.js'
import type { IdTokenClaims } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { sessionView } from './view.js'

/** What is about to be written. */
interface Draft {
  user: UserClaims
  custom: CustomSession
}

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
export function beforeSaved (context: PluginContext, request: RequestContext, draft: Draft,
  facts: SaveFacts): Awaitable<Draft> {
  const hook = context.config.beforeSessionSaved
  return hook === undefined ? draft : hooked(hook, request, draft, facts)
}

async function hooked (hook: NonNullable<Auth0Options['beforeSessionSaved']>, request: RequestContext, draft: Draft,
  { reason, claims, accessToken, previous }: SaveFacts): Promise<Draft> {
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
