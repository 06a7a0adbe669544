import { authorizationCodeGrant } from '../../authentication/api/grants.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import type { Session } from '../../../types/session.js'
import type { Transaction } from '../../../types/stores.js'
import type { AuthorizationDetail, IdTokenClaims, TokenResponse } from '../../../types/tokens.js'
import { forgetVisitor } from './anonymous-cookie.js'
import { completeCallback, type Callback } from './callback.js'
import { callOptions, requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { establishSession } from './establish-session.js'
import { noteFinished } from './login-loop.js'
import { checkFoundOrganization } from './organization.js'
import { verifyIdToken } from '../tokens/id-token.js'

/** What `completeInteractiveLogin()` returns. */
export interface CompletedLogin<TAppState = unknown> {
  session: Session
  /** What was given to `startInteractiveLogin()`. */
  appState: TAppState | undefined
  /** What the user authorized, when authorization details were asked for. */
  authorizationDetails: AuthorizationDetail[] | undefined
  /** The checked path to go to, when one was given. */
  returnTo: string | undefined
}

/** Options of `completeInteractiveLogin()`. */
export interface CompleteInteractiveLoginOptions {
  responseMode?: 'query' | 'form_post' | undefined
  signal?: AbortSignal | undefined
}

/**
 * Finishes a login with the callback's URL: checks the transaction, exchanges the code, verifies the ID token and
 * begins a session.
 * @param url the callback's URL, or its path and query; the current request's unless given
 * @see OpenID Connect Core section 3.1.3
 */
export async function completeInteractiveLogin<TAppState = unknown> (context: PluginContext, request: RequestContext,
  url: string | URL = request.url, options: CompleteInteractiveLoginOptions = {}): Promise<CompletedLogin<TAppState>> {
  return await completeCallback(context, request, url, requireOptions(options).responseMode, async callback =>
    await finishLogin<TAppState>(context, request, callback, options))
}

/** The same from a callback that was received already. */
export async function finishLogin<TAppState = unknown> (context: PluginContext, request: RequestContext,
  callback: Callback, options: { signal?: AbortSignal | undefined } = {}): Promise<CompletedLogin<TAppState>> {
  const { transaction, server, receivedAt } = callback
  if (transaction.kind !== 'login' && transaction.kind !== 'magic-link') {
    throw new InvalidArgumentError('state', `This callback finishes a "${transaction.kind}" request, not a login.`)
  }
  const { tokens, claims } = await exchangeCode(context, request, { ...callback, transaction }, options)
  await checkFoundOrganization(context, request, transaction, claims)
  const session = await establishSession(context, request, {
    server,
    tokens,
    claims,
    audience: transaction.audience,
    scope: transaction.scope ?? '',
    decidedAt: receivedAt,
    keepAuthorizationDetails: transaction.keepAuthorizationDetails ?? false
  })
  noteFinished(context, request)
  if (transaction.anonymous === true) forgetVisitor(context, request)
  return {
    session,
    appState: transaction.appState as TAppState | undefined,
    authorizationDetails: tokens.authorization_details,
    returnTo: transaction.returnTo
  }
}

/** Exchanges the callback's code and verifies the ID token against the transaction. */
export async function exchangeCode (context: PluginContext, request: RequestContext,
  { transaction, server, params, refusal }: Callback<Exclude<Transaction, { kind: 'connect' }>>,
  options: { signal?: AbortSignal | undefined } = {}): Promise<{ tokens: TokenResponse, claims: IdTokenClaims }> {
  if (refusal !== undefined) throw refusal
  const code = params.get('code')
  if (code === null || code === '') throw new MissingRequiredArgumentError('code', 'The callback has no "code".')
  // The first login of a process needs the signing keys, too: they come while the code is exchanged.
  if (context.config.idTokenSigningAlg !== 'HS256') server.keys.prefetch()
  const tokens = await authorizationCodeGrant(server, {
    code,
    redirectUri: transaction.redirectUri,
    codeVerifier: transaction.kind === 'magic-link' ? undefined : transaction.codeVerifier
  }, callOptions(options, request))
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    nonce: transaction.nonce,
    accessToken: tokens.access_token,
    maxAge: transaction.maxAge,
    acrValues: transaction.acrValues,
    organization: transaction.organization
  })
  return { tokens, claims }
}
