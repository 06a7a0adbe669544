import { refreshTokenGrant } from '../../authentication/api/grants.js'
import { laneOf } from '../../stores/sessions.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { AccessTokenError, ApiError, MfaRequiredError, TokenValidationError } from '../../errors.js'
import type { SessionData, SessionRecord, SessionTokens } from '../../../types/stores.js'
import type { AccessToken, IdTokenClaims, TokenResponse, TokenSet } from '../../../types/tokens.js'
import { callOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { keyInUse, usableWith } from './dpop-key.js'
import { blameOf, reasonOf, pseudonym } from '../events.js'
import { verifyIdToken } from './id-token.js'
import { sealMfaToken } from './mfa-token.js'
import { hookedChanges, withChanges, type SessionChanges } from '../session/patch.js'
import { extraClaims, isSameOrganization, refreshedClaims, withExtraClaims } from '../session/user-claims.js'
import { FailedAfterSpending, isRefusal, type Next } from './spent.js'
import {
  accessTokenOf, audiencesOf, hasScopes, mergeTokens, tokenSetOf, withoutRefreshToken, withRefreshToken, type Wanted
} from './token-sets.js'

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
    const renewed = await renew(context, request, server, current, wanted, signal)
    context.emit({ ...about, outcome: 'success', reason: 'refresh', blame: 'none' }, request.log)
    return renewed
  } catch (error) {
    const told = error instanceof FailedAfterSpending ? error.error : error
    context.emit({ ...about, outcome: 'failure', reason: reasonOf(told), blame: blameOf(told) }, request.log, told)
    throw error
  }
}

async function renew (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  { record, tokens }: SessionData, wanted: Wanted,
  signal: AbortSignal | undefined): Promise<{ result: AccessToken, next: Next }> {
  const response = await askForTokens(context, request, server, { record, tokens }, wanted, signal)
  const changes = response.id_token === undefined
    ? undefined
    : await refreshedUser(context, request, server, response, { record, tokens }, wanted)
  const now = context.now()
  const jkt = await keyInUse(server)
  const scope = scopeOf(wanted, tokens)
  const asked = { audience: wanted.audience, scope: scope !== '' ? scope : response.scope ?? '', now }
  const set = granted(tokenSetOf(response, asked))

  const next: Next = saved => ({
    tokens: withExtraClaims(
      mergeTokens(usableWith(saved.tokens, jkt), set, response, now, context.config.storeIdToken),
      { gone: changes?.fromIdToken, added: changes?.byHook ?? [] }
    ),
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

async function askForTokens (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  { record, tokens }: SessionData, { audience, ...wanted }: Wanted,
  signal: AbortSignal | undefined): Promise<TokenResponse> {
  const scope = scopeOf({ audience, ...wanted }, tokens)
  try {
    return await refreshTokenGrant(server, {
      refreshToken: tokens.refreshToken!,
      audience,
      scope: scope === '' ? undefined : scope
    }, callOptions({ signal }, request))
  } catch (error) {
    throw refreshFailure(context, server, error, record, { audience, scope })
  }
}

/**
 * The scopes a renewal asks for: those that are demanded, or else those the login brought for this audience, which may
 * be fewer than the options say, or else the preferred ones.
 */
function scopeOf ({ audience, scope, preferredScope }: Wanted, { tokenSets }: SessionTokens): string {
  if (scope !== undefined) return scope
  const kept = tokenSets.filter(set => set.audience === audience)
  return kept.length === 0 || kept.some(set => hasScopes(set, preferredScope))
    ? preferredScope
    : kept[0]!.requestedScope
}

/** The token under the audience it is really for: a server may ignore an audience it does not know. */
function granted (set: TokenSet): TokenSet {
  const audiences = audiencesOf(set.accessToken)
  if (audiences === undefined || set.audience === undefined || audiences.includes(set.audience)) return set
  const { audience: _, ...rest } = set
  return audiences[0] === undefined ? rest : { ...rest, audience: audiences[0] }
}

/**
 * The ID token of a refresh is of the same user, login and organization as the session; one of another user or
 * organization ends it.
 * @see OpenID Connect Core section 12.2
 */
async function verifyRefreshed (context: PluginContext, server: AuthorizationServer, response: TokenResponse,
  { user }: SessionRecord, nonce: string | undefined): Promise<IdTokenClaims> {
  const claims = await verifyIdToken(context, server, response.id_token, { accessToken: response.access_token })
  if (claims.sub !== user.sub) throw new FailedAfterSpending(anotherThan('user'), 'end')
  if (claims.nonce !== undefined && claims.nonce !== nonce) throw anotherThan('login')
  if (!isSameOrganization(user, claims)) throw new FailedAfterSpending(anotherThan('organization'), 'end')
  return claims
}

function anotherThan (what: string): AccessTokenError {
  return new AccessTokenError('failed_to_refresh_token',
    `The refreshed ID token is of another ${what} than the session.`)
}

/** What a refresh changes about the user, and where the claims come from. */
interface RefreshedUser extends SessionChanges {
  fromIdToken: readonly string[]
  byHook: readonly string[]
}

/**
 * What the refreshed ID token changes about the user. Where that cannot be found out, the new refresh token is kept all
 * the same.
 */
async function refreshedUser (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  response: TokenResponse, { record, tokens }: SessionData, wanted: Wanted): Promise<RefreshedUser> {
  let claims: IdTokenClaims | undefined
  try {
    claims = await verifyRefreshed(context, server, response, record, tokens.nonce)
    const asked = scopeOf(wanted, tokens)
    const scope = response.scope ?? (asked === '' ? undefined : asked)
    const user = refreshedClaims(record.user, keepLoginTime(claims, record, server, request), tokens, scope)
    const changes = await hookedChanges(context, request, record, { user, custom: {} }, {
      reason: 'refresh',
      claims,
      accessToken: response.access_token
    })
    return { ...changes, fromIdToken: Object.keys(user), byHook: extraClaims(changes.user, user) }
  } catch (error) {
    if (error instanceof FailedAfterSpending) throw error
    const distrusted = claims === undefined &&
      (error instanceof TokenValidationError || error instanceof AccessTokenError)
    const { refresh_token: refreshToken } = response
    // Nothing of an answer that is not to be trusted is kept, and the token that was spent for it is not sent again.
    if (distrusted) throw new FailedAfterSpending(error, withoutRefreshToken)
    if (refreshToken === undefined) throw error
    throw new FailedAfterSpending(error, saved => withRefreshToken(saved, refreshToken))
  }
}

/**
 * A refresh is no login: the session keeps the `auth_time` of its login, on which step-up relies. Another value is
 * ignored and logged.
 */
function keepLoginTime (claims: IdTokenClaims, { user }: SessionRecord, server: AuthorizationServer,
  request: RequestContext): IdTokenClaims {
  if (claims.auth_time === user.auth_time) return claims
  const { auth_time: other, ...rest } = claims
  if (other !== undefined && user.auth_time !== undefined) {
    request.log?.warn({ auth0: { type: 'warning', reason: 'other_auth_time', domain: server.domain } },
      'auth0 warning: a refreshed ID token has another "auth_time" than the session; the session keeps its own')
  }
  return rest
}

/** A refusal means a new login; what says "later" (timeouts, 5xx, rate limits) stays what it is. */
function refreshFailure (context: PluginContext, server: AuthorizationServer, error: unknown,
  record: SessionRecord, wanted: { audience: string | undefined, scope: string }): unknown {
  if (error instanceof MfaRequiredError) {
    const interrupted = { ...wanted, organization: record.user.org_id, sessionId: laneOf(record) }
    return sealMfaToken(context, server, error, interrupted)
  }
  return isRefusal(error) ? refusedRefresh(error) : error
}

/** What a caller gets when Auth0 refuses the refresh token. */
export function refusedRefresh (error: ApiError): AccessTokenError {
  return new AccessTokenError('failed_to_refresh_token',
    'Auth0 refused the refresh token; the user must log in again.', error)
}
