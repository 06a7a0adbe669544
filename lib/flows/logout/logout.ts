import type { AuthorizationServer, Metadata } from '../../authentication/server/authorization-server.js'
import { logoutUrl } from '../../authentication/api/logout.js'
import { revokeToken } from '../../authentication/api/revoke.js'
import { withinDeadline } from '../../base/deadline.js'
import type { SessionRecord, SessionTokens } from '../../../types/stores.js'
import { appUrl, type Context, type Visit } from '../context.js'
import { reasonOf, userMark } from '../events.js'
import { safeReturnTo } from '../login/return-to.js'
import { currentSession } from '../session/session.js'

/** Seconds that telling Auth0, and the store of logins under way, may delay a logout. */
const BEST_EFFORT = 2

/** Options of `logout()`. */
export interface LogoutOptions {
  /** Where to go afterwards: a path, or an absolute URL of the application. */
  returnTo?: string
  /** Also end the session at the identity provider behind Auth0. */
  federated?: boolean
  signal?: AbortSignal
}

/**
 * Ends the session here, first and whatever happens elsewhere, revokes its refresh token,
 * and returns the URL that ends the session at Auth0.
 * @see OpenID Connect RP-Initiated Logout section 2, RFC 7009
 */
export async function logout (context: Context, visit: Visit, options: LogoutOptions = {}): Promise<URL> {
  const base = visit.appBase()
  const server = await serverOrLocalEnd(context, visit)
  const { record, tokens } = await endingSession(context, visit)

  await context.sessions.destroy(visit.jar)
  visit.session = undefined
  if (record !== undefined) {
    context.connectionTokens.forget(record.id)
    context.emit({
      type: 'logout', outcome: 'success', reason: 'logout', blame: 'none', domain: record.domain, user: userMark(record.issuer, record.user.sub), ...(visit.requestId !== undefined && { requestId: visit.requestId })
    }, visit.log)
  }
  const attempt = async <T>(reason: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => await bestEffort(context, visit, { reason, host: server.domain, signal: options.signal }, work)
  const [metadata] = await Promise.all([
    attempt('logout_discovery', async () => await server.metadata()),
    attempt('forget_logins', async () => { await context.transactions.delete(visit.jar) }),
    tokens?.refreshToken === undefined ? undefined : attempt('revoke', async signal => { await revokeToken(server, { token: tokens.refreshToken!, tokenTypeHint: 'refresh_token' }, { signal }) })
  ])
  const path = safeReturnTo(options.returnTo, base)
  return endSessionUrl(server, metadata, record, tokens, {
    returnTo: path === undefined ? appUrl(base, '') : base.origin + path,
    federated: options.federated === true
  })
}

/** What is known of the session that ends. A store that cannot be read must not keep the browser logged in. */
async function endingSession (context: Context, visit: Visit): Promise<{ record?: SessionRecord, tokens?: SessionTokens }> {
  try {
    const read = await currentSession(context, visit)
    const tokens = read && await context.sessions.tokens(visit.jar, read.record)
    return { ...(read && { record: read.record }), ...(tokens && { tokens }) }
  } catch {
    // Deleting decides whether the session is over; whose it was is only good to know.
    return {}
  }
}

/** Where nobody can say which tenant it is, at least the session here is ended. */
async function serverOrLocalEnd (context: Context, visit: Visit): Promise<AuthorizationServer> {
  try {
    return await visit.server()
  } catch (error) {
    await context.sessions.destroy(visit.jar)
    visit.session = undefined
    throw error
  }
}

function endSessionUrl (server: AuthorizationServer, metadata: Metadata | undefined, record: SessionRecord | undefined, tokens: SessionTokens | undefined, how: { returnTo: string, federated: boolean }): URL {
  return new URL(logoutUrl(server, metadata, {
    returnTo: how.returnTo,
    federated: how.federated,
    ...(record?.sid !== undefined && { logoutHint: record.sid }),
    ...(tokens?.idToken !== undefined && record?.sid === undefined && { idTokenHint: tokens.idToken })
  }))
}

/** The local session is over already: whatever else does not succeed in time is reported and left. */
async function bestEffort<T> (context: Context, visit: Visit, { reason, host, signal }: { reason: string, host: string, signal: AbortSignal | undefined }, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  try {
    return await withinDeadline({ seconds: BEST_EFFORT, host, signal }, work)
  } catch (error) {
    context.emit({ type: 'warning', outcome: 'failure', reason: `${reason}_${reasonOf(error)}`, blame: 'upstream' }, visit.log, error)
    return undefined
  }
}
