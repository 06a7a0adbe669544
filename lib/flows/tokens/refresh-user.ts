import { fetchUserInfo } from '../../authentication/api/users.js'
import { LoginRequiredError, SessionNotWritableError } from '../../errors.js'
import type { UserClaims } from '../../../types/session.js'
import { getAccessToken } from './access-token.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { currentSession, isWritable, sessionWithTokens, setCurrentSession } from '../session/session.js'
import { hookedChanges, withChanges } from '../session/patch.js'
import { extraClaims, profileClaims, withExtraClaims } from '../session/user-claims.js'

/**
 * Brings the user's standard claims (OpenID Connect Core section 5.1) up to date from `/userinfo`, after renewing the
 * tokens where the session has a refresh token.
 * @throws LoginRequiredError without a session, AccessTokenError when no token can be had, SessionNotWritableError
 * where no cookie can be set
 * @see OpenID Connect Core section 5.3
 */
export async function refreshUser (context: PluginContext, request: RequestContext,
  options: { signal?: AbortSignal } = {}): Promise<UserClaims> {
  const { signal } = requireOptions(options)
  const before = await sessionWithTokens(context, request)
  if (before === undefined) throw new LoginRequiredError()
  if (!isWritable(context, request)) throw new SessionNotWritableError()
  const token = await getAccessToken(context, request, {
    refresh: before.tokens.refreshToken !== undefined,
    scope: '',
    signal
  })
  const server = await request.server()
  const info = await fetchUserInfo(server, token.accessToken, {
    expectedSub: before.record.user.sub,
    tokenType: token.tokenType,
    signal
  })
  const now = await currentSession(context, request)
  if (now === undefined) throw ended()
  const changes = await hookedChanges(context, request, now.record, { user: profileClaims(info), custom: {} }, {
    reason: 'refresh',
    accessToken: token.accessToken
  })
  const saved = await context.sessions.update(request.jar, now.record.id, ({ record, tokens }) => ({
    record: withChanges(record, changes),
    tokens: withExtraClaims(tokens, { added: extraClaims(changes.user, record.user) })
  }))
  if (saved === undefined) throw ended()
  return setCurrentSession(context, request, saved.record).record.user
}

function ended (): LoginRequiredError {
  return new LoginRequiredError('The session ended while the user was being refreshed.')
}
