import { requireText } from '../../authentication/server/arguments.js'
import { InvalidArgumentError, StartLinkUserError } from '../../errors.js'
import { laneOf } from '../../stores/sessions.js'
import type { AuthorizationParams } from '../../../types/options.js'
import type { SessionRecord, Transaction } from '../../../types/stores.js'
import { callbackParams, receiveCallback, type Callback } from './callback.js'
import { exchangeCode } from './complete-login.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { freshIdToken, sessionIdToken } from '../tokens/session-id-token.js'
import { isSameOrganization, userOf } from '../session/user-claims.js'
import { startInteractiveLogin } from './login.js'
import { joinScopes } from '../tokens/scopes.js'
import { currentSession } from '../session/session.js'
import { spendRefreshToken } from '../tokens/spend-refresh-token.js'
import { mergeTokens, tokenSetOf } from '../tokens/token-sets.js'

/** Options of `startLinkUser()` and `startUnlinkUser()`. */
export interface LinkUserOptions {
  /** The connection whose account is linked or unlinked. */
  connection: string
  /** Scopes at the provider; only for linking. */
  connectionScope?: string | undefined
  authorizationParams?: AuthorizationParams | undefined
  appState?: unknown
  returnTo?: string | undefined
  signal?: AbortSignal | undefined
}

/** Options of `completeLinkUser()` and `completeUnlinkUser()`. */
export interface CompleteLinkOptions {
  signal?: AbortSignal | undefined
}

/** What `completeLinkUser()` and `completeUnlinkUser()` return. */
export interface CompletedLink<TAppState = unknown> {
  appState: TAppState | undefined
  returnTo: string | undefined
}

/**
 * Starts linking another account to the logged-in user; the tenant needs a post-login Action for it.
 * @throws StartLinkUserError without a session or an ID token
 */
export async function startLinkUser (context: PluginContext, request: RequestContext,
  options: LinkUserOptions): Promise<URL> {
  const { connectionScope } = requireOptions(options)
  const extra: Record<string, string> = connectionScope === undefined
    ? {}
    : { requested_connection_scope: connectionScope }
  return await start(context, request, options, 'link', joinScopes('openid link_account offline_access'), extra)
}

/** Starts taking a linked account away from the logged-in user. */
export async function startUnlinkUser (context: PluginContext, request: RequestContext,
  options: LinkUserOptions): Promise<URL> {
  return await start(context, request, options, 'unlink', 'openid unlink_account', {})
}

async function start (context: PluginContext, request: RequestContext, options: LinkUserOptions,
  kind: 'link' | 'unlink', scope: string, extra: Record<string, string>): Promise<URL> {
  requireText(options, 'connection')
  const read = await currentSession(context, request)
  if (read === undefined) throw new StartLinkUserError('Linking accounts needs a logged-in user.')
  const hint = await hintOf(context, request, options.signal)
  const { connection: _, connectionScope: __, ...login } = options
  return await startInteractiveLogin(context, request, login, {
    params: { id_token_hint: hint, requested_connection: options.connection, scope, ...extra },
    link: { kind, sessionId: laneOf(read.record), sub: read.record.user.sub },
    callback: kind === 'link' ? 'connectCallback' : 'unconnectCallback'
  })
}

/** Auth0 refuses an expired hint, so a stale one is renewed first. */
async function hintOf (context: PluginContext, request: RequestContext,
  signal: AbortSignal | undefined): Promise<string> {
  if (!context.config.storeIdToken && await sessionIdToken(context, request) === undefined) {
    throw new StartLinkUserError(
      'Linking accounts needs the ID token: set "storeIdToken" (or "mountConnectRoutes") and let the user log in again.'
    )
  }
  const hint = await freshIdToken(context, request, signal,
    (idToken, seconds) => expiry(idToken) - seconds > context.now())
  if (hint === undefined) {
    throw new StartLinkUserError(
      "The session's ID token has expired and could not be renewed. Let the user log in again."
    )
  }
  return hint
}

/** The end of a token that was verified when it came. */
function expiry (idToken: string): number {
  const payload = JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as { exp: number }
  return payload.exp
}

/** Finishes linking: the user stays who he is, the session keeps what it had and gets the new tokens and claims. */
export async function completeLinkUser<TAppState = unknown> (context: PluginContext, request: RequestContext,
  url: string | URL = request.url, options: CompleteLinkOptions = {}): Promise<CompletedLink<TAppState>> {
  return await finishLink<TAppState>(context, request,
    await receiveCallback(context, request, callbackParams(url), 'query'), 'link', options)
}

/** Finishes unlinking. */
export async function completeUnlinkUser<TAppState = unknown> (context: PluginContext, request: RequestContext,
  url: string | URL = request.url, options: CompleteLinkOptions = {}): Promise<CompletedLink<TAppState>> {
  return await finishLink<TAppState>(context, request,
    await receiveCallback(context, request, callbackParams(url), 'query'), 'unlink', options)
}

/** The same from a callback that was received already. */
export async function finishLink<TAppState = unknown> (context: PluginContext, request: RequestContext,
  callback: Callback, kind: 'link' | 'unlink', options: CompleteLinkOptions = {}): Promise<CompletedLink<TAppState>> {
  const { transaction } = callback
  if (transaction.kind !== kind) {
    throw new InvalidArgumentError('state', `This callback finishes a "${transaction.kind}" request.`)
  }
  const record = await sameUser(context, request, transaction)
  const { tokens, claims } = await exchangeCode(context, request, { ...callback, transaction }, options)
  if (claims.sub !== record.user.sub || claims.iss !== record.issuer) {
    throw new StartLinkUserError('The linked login is of another user than the one who began it.')
  }
  if (!isSameOrganization(record.user, claims)) {
    throw new StartLinkUserError('The linked login is of another organization than the session that began it.')
  }
  await spendRefreshToken(context, request, record, async () => ({
    result: undefined,
    next: saved => {
      const now = context.now()
      const set = tokenSetOf(tokens, { audience: transaction.audience, scope: transaction.scope!, now })
      return {
        tokens: {
          ...mergeTokens(saved.tokens, set, tokens, now, context.config.storeIdToken),
          nonce: transaction.nonce
        },
        record: { ...saved.record, user: { ...saved.record.user, ...userOf(claims) } }
      }
    }
  }))
  return { appState: transaction.appState as TAppState | undefined, returnTo: transaction.returnTo }
}

/**
 * What one user began in one session, nobody else finishes in another.
 * @throws StartLinkUserError
 */
export async function sameUser (context: PluginContext, request: RequestContext,
  transaction: Pick<Extract<Transaction, { sessionId: string }>, 'sessionId' | 'sub'>): Promise<SessionRecord> {
  const record = (await currentSession(context, request))?.record
  if (record === undefined || laneOf(record) !== transaction.sessionId || record.user.sub !== transaction.sub) {
    throw new StartLinkUserError('This request was begun in another session. Start it again.')
  }
  return record
}
