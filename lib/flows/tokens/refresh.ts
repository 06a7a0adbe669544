import { refreshTokenGrant } from '../../authentication/api/grants.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { AccessTokenError, ApiError, MfaRequiredError, TokenValidationError } from '../../errors.js'
import type { SessionRecord, SessionData } from '../../../types/stores.js'
import type { AccessToken, IdTokenClaims, TokenResponse, TokenSet } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { keyInUse, usableWith } from './dpop-key.js'
import { blameOf, reasonOf, pseudonym } from '../events.js'
import { userOf, verifyIdToken } from './id-token.js'
import { sealMfaToken } from './mfa-token.js'
import { hookedChanges, withChanges, type SessionChanges } from '../session/patch.js'
import { FailedAfterSpending, type Next } from './spend-refresh-token.js'
import { accessTokenOf, audiencesOf, mergeTokens, tokenSetOf, withRefreshToken } from './token-sets.js'

/** The access token that is wanted. */
export interface Wanted {
  audience: string | undefined
  scope: string
}

/**
 * Spends the refresh token and says what the session becomes. Every outcome is one event.
 * @see RFC 6749 section 6
 */
export async function refresh (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  current: SessionData, wanted: Wanted, signal: AbortSignal | undefined): Promise<{ result: AccessToken, next: Next }> {
  const about = {
    type: 'refresh',
    domain: server.domain,
    user: pseudonym(current.record.issuer, current.record.user.sub)
  } as const
  try {
    const renewed = await renew(context, server, current, wanted, signal)
    context.emit({ ...about, outcome: 'success', reason: 'refresh', blame: 'none' }, request.log)
    return renewed
  } catch (error) {
    const told = error instanceof FailedAfterSpending ? error.error : error
    context.emit({ ...about, outcome: 'failure', reason: reasonOf(told), blame: blameOf(told) }, request.log, told)
    throw error
  }
}

async function renew (context: PluginContext, server: AuthorizationServer, { record, tokens }: SessionData,
  wanted: Wanted, signal: AbortSignal | undefined): Promise<{ result: AccessToken, next: Next }> {
  const response = await askForTokens(context, server, record, tokens.refreshToken!, wanted, signal)
  const changes = response.id_token === undefined
    ? undefined
    : await refreshedUser(context, server, response, record, tokens.nonce)
  const now = context.now()
  const jkt = await keyInUse(server)
  const asked = { audience: wanted.audience, scope: wanted.scope !== '' ? wanted.scope : response.scope ?? '', now }
  const set = granted(tokenSetOf(response, asked))

  const next: Next = saved => ({
    tokens: mergeTokens(usableWith(saved.tokens, jkt), set, response, now, context.config.storeIdToken),
    record: changes === undefined ? saved.record : withChanges(saved.record, changes)
  })
  if (wanted.audience !== set.audience) {
    throw new FailedAfterSpending(
      new AccessTokenError('incorrect_audience',
        `The server gave a token for another API than "${wanted.audience}". Allow that API in the application's ` +
          'refresh-token policy (multi-resource refresh tokens).'),
      next
    )
  }
  return { result: accessTokenOf(set), next }
}

async function askForTokens (context: PluginContext, server: AuthorizationServer, record: SessionRecord,
  refreshToken: string, wanted: Wanted, signal: AbortSignal | undefined): Promise<TokenResponse> {
  try {
    return await refreshTokenGrant(server, {
      refreshToken,
      ...(wanted.audience !== undefined && { audience: wanted.audience }),
      ...(wanted.scope !== '' && { scope: wanted.scope })
    }, signal === undefined ? {} : { signal })
  } catch (error) {
    throw refreshFailure(context, server, error, record, wanted)
  }
}

/** The token under the audience it is really for: a server may ignore an audience it does not know. */
function granted (set: TokenSet): TokenSet {
  const audiences = audiencesOf(set.accessToken)
  if (audiences === undefined || set.audience === undefined || audiences.includes(set.audience)) return set
  const { audience: _, ...rest } = set
  return audiences[0] === undefined ? rest : { ...rest, audience: audiences[0] }
}

/**
 * The ID token of a refresh is of the same user, login and organization as the session; one of another user ends it.
 * @see OpenID Connect Core section 12.2
 */
async function verifyRefreshed (context: PluginContext, server: AuthorizationServer, response: TokenResponse,
  record: SessionRecord, nonce: string | undefined): Promise<IdTokenClaims> {
  const claims = await verifyIdToken(context, server, response.id_token, { accessToken: response.access_token })
  const { user } = record
  if (claims.sub !== user.sub) throw new FailedAfterSpending(anotherThan('user'), 'end')
  const otherLogin = (claims.nonce !== undefined && claims.nonce !== nonce) ||
    (user.auth_time !== undefined && claims.auth_time !== undefined && claims.auth_time !== user.auth_time)
  if (otherLogin) throw anotherThan('login')
  if (user.org_id !== undefined && claims.org_id !== user.org_id) throw anotherThan('organization')
  return claims
}

function anotherThan (what: string): AccessTokenError {
  return new AccessTokenError('failed_to_refresh_token',
    `The refreshed ID token is of another ${what} than the session.`)
}

/**
 * What the refreshed ID token changes about the user. Where that cannot be found out, the new refresh token is kept all
 * the same.
 */
async function refreshedUser (context: PluginContext, server: AuthorizationServer, response: TokenResponse,
  record: SessionRecord, nonce: string | undefined): Promise<SessionChanges> {
  let claims: IdTokenClaims | undefined
  try {
    claims = await verifyRefreshed(context, server, response, record, nonce)
    return await hookedChanges(context, record, { user: userOf(claims), custom: {} }, 'refresh', claims)
  } catch (error) {
    // Nothing of an answer that is not to be trusted is kept.
    const distrusted = claims === undefined &&
      (error instanceof TokenValidationError || error instanceof AccessTokenError ||
        error instanceof FailedAfterSpending)
    const { refresh_token: refreshToken } = response
    if (distrusted || refreshToken === undefined) throw error
    throw new FailedAfterSpending(error, saved => withRefreshToken(saved, refreshToken))
  }
}

/** A refusal means a new login; what says "later" (timeouts, 5xx, rate limits) stays what it is. */
function refreshFailure (context: PluginContext, server: AuthorizationServer, error: unknown,
  { id, user }: SessionRecord, wanted: Wanted): unknown {
  if (error instanceof MfaRequiredError) {
    return sealMfaToken(context, server, error, { ...wanted, organization: user.org_id, sessionId: id })
  }
  if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
    return new AccessTokenError('failed_to_refresh_token',
      'Auth0 refused the refresh token; the user has to log in again.', error)
  }
  return error
}
