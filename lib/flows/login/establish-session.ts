import { randomText } from '../../base/random-text.js'
import { isDeepStrictEqual } from 'node:util'
import { laneOf, type BornSession } from '../../stores/sessions.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { fetchUserInfo } from '../../authentication/api/users.js'
import { lazily } from '../../base/lazily.js'
import { SessionExpiredError } from '../../errors.js'
import { CEILING_MARGIN, delegatedCeiling } from '../../stores/lifetime.js'
import type { Session } from '../../../types/session.js'
import type { SessionRecord, SessionTokens, SessionData } from '../../../types/stores.js'
import type { IdTokenClaims, TokenResponse } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'
import { emitFor, pseudonym } from '../events.js'
import { extraClaims, userInfoClaims, userOf } from '../session/user-claims.js'
import { beforeSaved } from '../session/before-saved.js'
import { includesScopes } from '../tokens/scopes.js'
import { currentSession, setCurrentSession } from '../session/session.js'
import { sessionView } from '../session/view.js'
import { tokenSetOf } from '../tokens/token-sets.js'

const deviceSessions = lazily('device bound sessions', () => import('../device/device-session.js'))

/** What a login brought: the server it was at, its tokens and its verified identity. */
interface LoginResult {
  server: AuthorizationServer
  tokens: TokenResponse
  claims: IdTokenClaims
  audience: string | undefined
  scope: string
  /**
   * Epoch seconds at which Auth0 had decided this login already, where that was before now:
   * a logout Auth0 tells of in between ends the session this login is about to begin.
   */
  decidedAt?: number
  /** Whether the authorization details are kept in the session. */
  keepAuthorizationDetails?: boolean
}

/**
 * The one door through which a token response becomes a session: always a new one. Of the old one only the
 * application's own fields go on, and only for the same user and organization.
 * @throws SessionExpiredError when the identity provider's ceiling has passed already
 */
export async function establishSession (context: PluginContext, request: RequestContext,
  login: LoginResult): Promise<Session> {
  const { server, tokens, claims } = login
  const now = context.now()
  const ceiling = sessionCeiling(claims)
  if (ceiling !== undefined && ceiling <= Math.max(claims.iat, now) + CEILING_MARGIN) throw new SessionExpiredError()
  const devices = context.deviceSealer === undefined ? undefined : await deviceSessions()

  const id = randomText(18)
  let user = userOf(claims)
  const born: BornSession = {
    id,
    issuer: claims.iss,
    user,
    createdAt: login.decidedAt ?? now
  }
  if (typeof claims.sid === 'string' && claims.sid !== '') born.sid = claims.sid
  const createdAt = await context.sessions.begin(born)
  const previous = (await currentSession(context, request))?.record
  if (context.config.fetchUserInfo) {
    const info = await fetchUserInfo(server, tokens.access_token, {
      expectedSub: claims.sub,
      tokenType: tokens.token_type
    })
    user = { ...userInfoClaims(info), ...user }
  }
  if (tokens.scope !== undefined && !includesScopes(login.scope, tokens.scope)) {
    request.log?.warn({ auth0: { type: 'warning', reason: 'wider_scope' } },
      'auth0 warning: the tenant granted more scopes than were asked for')
  }
  const custom = isSameLogin(previous, claims) ? previous.custom ?? {} : {}
  const facts = { reason: 'login', claims, accessToken: tokens.access_token, previous } as const
  const draft = await beforeSaved(context, request, { user, custom }, facts)
  const end = claims.act === undefined ? ceiling : Math.min(ceiling ?? Infinity, delegatedCeiling(born.createdAt))
  const dpop = await server.dpop
  const record: SessionRecord = {
    id,
    version: 1,
    issuer: born.issuer,
    user: draft.user,
    domain: server.domain,
    createdAt,
    updatedAt: now
  }
  // Each spread in a literal costs, and so does each member that follows it.
  if (born.sid !== undefined) record.sid = born.sid
  if (end !== undefined) record.ceiling = end
  if (Object.keys(draft.custom).length > 0) record.custom = draft.custom
  if (login.keepAuthorizationDetails === true && tokens.authorization_details !== undefined) {
    record.authorizationDetails = tokens.authorization_details
  }
  const sessionTokens: SessionTokens = {
    id,
    version: 1,
    tokenSets: [tokenSetOf(tokens, { audience: login.audience, scope: login.scope, now })],
    connectionTokenSets: [],
    extraClaims: extraClaims(draft.user, claims)
  }
  if (tokens.refresh_token !== undefined) sessionTokens.refreshToken = tokens.refresh_token
  if (context.config.storeIdToken && tokens.id_token !== undefined) sessionTokens.idToken = tokens.id_token
  if (dpop !== undefined) sessionTokens.jkt = await dpop.thumbprint
  if (claims.nonce !== undefined) sessionTokens.nonce = claims.nonce
  const session: SessionData = { record, tokens: sessionTokens }
  await context.sessions.create(request.jar, session)
  if (previous !== undefined) context.connectionTokens.forget(laneOf(previous))
  devices?.offerBinding(context, request, record)
  const read = setCurrentSession(context, request, record)
  emitFor(context, request, {
    type: 'login',
    outcome: 'success',
    reason: claims.act === undefined ? 'login' : 'delegated_login',
    blame: 'none',
    domain: server.domain,
    user: pseudonym(record.issuer, record.user.sub),
    ...(claims.act !== undefined && { actor: pseudonym(record.issuer, claims.act.sub) })
  })
  return sessionView(read)
}

/**
 * Whether the session that is alive now is of the same user, actor and organization: the application's fields go on
 * then.
 */
function isSameLogin (previous: SessionRecord | undefined, claims: IdTokenClaims): previous is SessionRecord {
  return previous !== undefined && previous.issuer === claims.iss && previous.user.sub === claims.sub &&
    previous.user.org_id === claims.org_id && isDeepStrictEqual(previous.user.act, claims.act)
}

/** The IPSIE ceiling of an ID token: whole epoch seconds, anything else counts as not given. */
function sessionCeiling (claims: IdTokenClaims): number | undefined {
  const value = claims.session_expiry
  return Number.isInteger(value) && value! > 0 && value! < 1e10 ? value : undefined
}
