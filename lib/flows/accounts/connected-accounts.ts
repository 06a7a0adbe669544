import { requireText } from '../../authentication/server/arguments.js'
import { randomBytes } from 'node:crypto'
import { laneOf } from '../../stores/sessions.js'
import { createPkce } from '../../authentication/api/authorize.js'
import {
  completeConnectAccount as complete, connectAccount, deleteConnectedAccount as remove,
  listConnectedAccountConnections as listConnections, listConnectedAccounts as list, type ConnectedAccount,
  type ConnectedAccountConnection, type PageParams
} from '../../authentication/my-account/connected-accounts.js'
import { InvalidArgumentError, LoginRequiredError, MissingRequiredArgumentError } from '../../errors.js'
import { callbackParams, receiveCallback, type Callback } from '../login/callback.js'
import { requireOptions } from '../call-options.js'
import { callbackUrl, type PluginContext, type RequestContext } from '../context.js'
import { sameUser } from '../login/link-user.js'
import { checkAppState } from '../login/login.js'
import { withMyAccount } from './my-account.js'
import { keepTransaction, pathAfterLogin } from '../login/return-to.js'
import { currentSession } from '../session/session.js'

/** Options of `startConnectAccount()`. */
export interface StartConnectAccountOptions {
  connection: string
  /** Scopes at the provider, in place of the connection's own. */
  scopes?: readonly string[] | undefined
  /** Absolute URL; the callback route unless given. */
  redirectUri?: string | undefined
  appState?: unknown
  returnTo?: string | undefined
  authorizationParams?: Record<string, unknown> | undefined
  signal?: AbortSignal | undefined
}

/** What `completeConnectAccount()` returns. */
export interface CompletedConnectAccount<TAppState = unknown> extends ConnectedAccount {
  appState?: TAppState
  returnTo?: string
}

/** Starts connecting an account for Token Vault and returns the URL to send the user to. */
export async function startConnectAccount (context: PluginContext, request: RequestContext,
  options: StartConnectAccountOptions): Promise<URL> {
  requireText(options, 'connection')
  const read = await currentSession(context, request)
  if (read === undefined) throw new LoginRequiredError()
  const redirectUri = options.redirectUri ?? callbackUrl(context, request)
  if (redirectUri === undefined) {
    throw new MissingRequiredArgumentError('redirectUri',
      'Without a callback route connecting an account needs "redirectUri".')
  }
  const server = await request.server()
  const metadata = await server.metadata()
  const state = randomBytes(24).toString('base64url')
  const { codeVerifier, codeChallenge } = createPkce()
  const started = await withMyAccount(context, request, 'create:me:connected_accounts', options.signal,
    async (me, token, how) =>
      await connectAccount(me, token, {
        connection: options.connection,
        redirectUri,
        state,
        codeChallenge,
        scopes: options.scopes,
        authorizationParams: options.authorizationParams
      }, how))
  const returnTo = pathAfterLogin(options.returnTo, request.appBase(), context.config, request.log)
  await keepTransaction(context, request, {
    kind: 'connect',
    state,
    codeVerifier,
    redirectUri,
    domain: server.domain,
    issuer: metadata.issuer,
    createdAt: context.now(),
    sessionId: laneOf(read.record),
    sub: read.record.user.sub,
    authSession: started.authSession,
    ...(returnTo !== undefined && { returnTo }),
    ...(options.appState !== undefined && { appState: checkAppState(options.appState) })
  })
  const url = new URL(started.connectUri)
  url.search = new URLSearchParams({ ticket: started.connectParams.ticket }).toString()
  return url
}

/** Finishes connecting an account with the callback's URL. */
export async function completeConnectAccount<TAppState = unknown> (context: PluginContext, request: RequestContext,
  url: string | URL = request.url,
  options: { signal?: AbortSignal } = {}): Promise<CompletedConnectAccount<TAppState>> {
  requireOptions(options)
  return await finishConnectAccount<TAppState>(context, request,
    await receiveCallback(context, request, callbackParams(url), 'query'), options)
}

/** The same from a callback that was received already. */
export async function finishConnectAccount<TAppState = unknown> (context: PluginContext, request: RequestContext,
  callback: Callback, options: { signal?: AbortSignal } = {}): Promise<CompletedConnectAccount<TAppState>> {
  const { transaction, params, refusal } = callback
  if (transaction.kind !== 'connect') {
    throw new InvalidArgumentError('state', `This callback finishes a "${transaction.kind}" request.`)
  }
  await sameUser(context, request, transaction)
  if (refusal !== undefined) throw refusal
  const connectCode = params.get('connect_code')
  if (connectCode === null || connectCode === '') {
    throw new MissingRequiredArgumentError('connect_code', 'The callback has no "connect_code".')
  }
  const account = await withMyAccount(context, request, 'create:me:connected_accounts', options.signal,
    async (me, token, how) =>
      await complete(me, token, {
        authSession: transaction.authSession,
        connectCode,
        redirectUri: transaction.redirectUri,
        codeVerifier: transaction.codeVerifier
      }, how))
  return Object.assign(account, {
    ...(transaction.appState !== undefined && { appState: transaction.appState as TAppState }),
    ...(transaction.returnTo !== undefined && { returnTo: transaction.returnTo })
  })
}

/** Options of `listConnectedAccounts()`. */
export interface ListConnectedAccountsOptions extends PageParams {
  connection?: string | undefined
  signal?: AbortSignal | undefined
}

/** One page of accounts; iterate it with `for await` to get those of every page. */
export interface ConnectedAccountPage extends AsyncIterable<ConnectedAccount> {
  accounts: ConnectedAccount[]
  next?: string
}

/** The accounts the user connected: a page, and behind it all others. */
export async function listConnectedAccounts (context: PluginContext, request: RequestContext,
  options: ListConnectedAccountsOptions = {}): Promise<ConnectedAccountPage> {
  const { signal, ...params } = requireOptions(options)
  const page = async (from: string | undefined) =>
    await withMyAccount(context, request, 'read:me:connected_accounts', signal, async (me, token, how) =>
      await list(me, token, { ...params, from }, how))
  const first = await page(options.from)
  return {
    ...first,
    async * [Symbol.asyncIterator] () {
      yield * first.accounts
      let { next } = first
      while (next !== undefined) {
        const current = await page(next)
        yield * current.accounts
        next = current.next
      }
    }
  }
}

/** Disconnects an account. */
export async function deleteConnectedAccount (context: PluginContext, request: RequestContext, id: string,
  options: { signal?: AbortSignal } = {}): Promise<void> {
  const { signal } = requireOptions(options)
  await withMyAccount(context, request, 'delete:me:connected_accounts', signal, async (me, token, how) => {
    await remove(me, token, id, how)
  })
}

/** The connections whose accounts the user may connect. */
export async function listConnectedAccountConnections (context: PluginContext, request: RequestContext,
  options: PageParams & { signal?: AbortSignal } = {}
): Promise<{ connections: ConnectedAccountConnection[], next?: string }> {
  const { signal, ...params } = requireOptions(options)
  return await withMyAccount(context, request, 'read:me:connected_accounts', signal,
    async (me, token, how) => await listConnections(me, token, params, how))
}
