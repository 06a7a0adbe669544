import type { AuthorizationServer, Metadata } from '../../authentication/server/authorization-server.js'
import { laneOf } from '../../stores/sessions.js'
import { logoutUrl } from '../../authentication/api/logout.js'
import { revokeToken } from '../../authentication/api/revoke.js'
import { withinDeadline } from '../../base/deadline.js'
import type { SessionRecord, SessionTokens } from '../../../types/stores.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { emitFor, pseudonym, reasonOf } from '../events.js'
import { forgetFinished } from '../login/login-loop.js'
import { endSilentLogins } from '../login/silent-login.js'
import { landingOfCode } from './landing.js'
import { checkLogoutParams } from './logout-params.js'
import { currentSession } from '../session/session.js'

/** Seconds that telling Auth0, and the store of logins under way, may delay a logout. */
const BEST_EFFORT = 2

/** Options of `logout()`. */
export interface LogoutOptions {
  /**
   * Where to go afterwards: a path, or an absolute URL (https, or http on loopback) that is among the application's
   * Allowed Logout URLs. Default: the option `logoutUrl`, else the address of the application.
   */
  returnTo?: string | undefined
  /** Also end the session at the identity provider behind Auth0. */
  federated?: boolean | undefined
  /** Further parameters for Auth0's logout endpoint, such as `ui_locales`; beside those of the options. */
  logoutParams?: Readonly<Record<string, string>> | undefined
  signal?: AbortSignal | undefined
}

/**
 * Ends the session here, first and whatever happens elsewhere, revokes its refresh token,
 * and returns the URL that ends the session at Auth0.
 * @throws InvalidArgumentError for a `returnTo` or a parameter that cannot be used; then nothing has ended
 * @see OpenID Connect RP-Initiated Logout section 2, RFC 7009
 */
export async function logout (context: PluginContext, request: RequestContext,
  options: LogoutOptions = {}): Promise<URL> {
  requireOptions(options)
  const { config } = context
  const base = request.appBase()
  const place = options.returnTo ?? config.logoutUrl
  const returnTo = place === undefined ? base.origin + base.basePath : landingOfCode(place, base)
  const extra = { ...config.logoutParams, ...checkLogoutParams(options.logoutParams ?? {}) }
  const server = await serverOrLocalEnd(context, request)
  const { record, tokens } = await endingSession(context, request)

  await context.sessions.destroy(request.jar)
  forgetFinished(context, request)
  endSilentLogins(context, request.jar)
  request.session = undefined
  if (record !== undefined) {
    context.connectionTokens.forget(laneOf(record))
    emitFor(context, request, {
      type: 'logout',
      outcome: 'success',
      reason: 'logout',
      blame: 'none',
      domain: record.domain,
      user: pseudonym(record.issuer, record.user.sub)
    })
  }
  const attempt = async <T>(reason: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> =>
    await bestEffort(context, request, { reason, host: server.domain, signal: options.signal }, work)
  const [metadata] = await Promise.all([
    config.logoutStrategy === 'v2'
      ? undefined
      : attempt('logout_discovery', async () => await server.metadata()),
    attempt('forget_logins', async () => {
      await context.transactions.delete(request.jar)
    }),
    tokens?.refreshToken === undefined
      ? undefined
      : attempt('revoke', async signal => {
        await revokeToken(server, { token: tokens.refreshToken!, tokenTypeHint: 'refresh_token' }, { signal })
      })
  ])
  return endSessionUrl(server, metadata, record, tokens, { returnTo, federated: options.federated === true, extra })
}

/** What is known of the session that ends. A store that cannot be read must not keep the browser logged in. */
async function endingSession (context: PluginContext,
  request: RequestContext): Promise<{ record?: SessionRecord | undefined, tokens?: SessionTokens | undefined }> {
  try {
    const read = await currentSession(context, request)
    // A bound session also ends when its device can no longer prove itself.
    const refused = context.sessions.device?.refused(request.jar)?.record
    const record = read?.record ?? (refused?.device && refused)
    const tokens = record && await context.sessions.tokens(request.jar, record)
    return { record, tokens }
  } catch {
    // Only the deletion ends the session; whose session it was is only useful to know.
    return {}
  }
}

/** The server. Where the tenant cannot be found out, at least the session here ends. */
async function serverOrLocalEnd (context: PluginContext, request: RequestContext): Promise<AuthorizationServer> {
  try {
    return await request.server()
  } catch (error) {
    await context.sessions.destroy(request.jar)
    endSilentLogins(context, request.jar)
    request.session = undefined
    throw error
  }
}

function endSessionUrl (server: AuthorizationServer, metadata: Metadata | undefined, record: SessionRecord | undefined,
  tokens: SessionTokens | undefined,
  how: { returnTo: string, federated: boolean, extra: Readonly<Record<string, string>> }): URL {
  return new URL(logoutUrl(server, metadata, {
    returnTo: how.returnTo,
    federated: how.federated,
    extra: how.extra,
    logoutHint: record?.sid,
    idTokenHint: record?.sid === undefined ? tokens?.idToken : undefined
  }))
}

/** The local session is over already: any other step that does not succeed in time is reported and left out. */
async function bestEffort<T> (context: PluginContext, request: RequestContext,
  { reason, host, signal }: { reason: string, host: string, signal: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  try {
    return await withinDeadline({ seconds: BEST_EFFORT, host, signal }, work)
  } catch (error) {
    context.emit({ type: 'warning', outcome: 'failure', reason: `${reason}_${reasonOf(error)}`, blame: 'upstream' },
      request.log, error)
    return undefined
  }
}
