import { refuseSessions } from '../session/no-sessions.js'
import { randomText } from '../../base/random-text.js'
import { buildAuthorizationUrl, createPkce, pushAuthorizationRequest } from '../../authentication/api/authorize.js'
import type { AuthorizationServer, Metadata } from '../../authentication/server/authorization-server.js'
import { trace, traceChannel } from '../../base/trace.js'
import { isLoopback } from '../../authentication/server/domain.js'
import { ConfigurationError, InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import type { AssertionSigner } from '../../tokens/assertion.js'
import type { AuthorizationParams } from '../../../types/options.js'
import type { Transaction } from '../../../types/stores.js'
import type { LoginTrace } from '../../../types/telemetry.js'
import { loginParams } from './authorization-params.js'
import { requireOptions } from '../call-options.js'
import { callbackUrl, type PluginContext, type RequestContext } from '../context.js'
import { loginOrganization } from './organization.js'
import { popupState, refuseLoop, restartedState } from './login-loop.js'
import { visitorTransfer } from './visitor-transfer.js'
import { keepTransaction, pathAfterLogin } from './return-to.js'
import { silentState } from './silent-login.js'
import { holdsSessionCookie } from '../session/session.js'

const MAX_APP_STATE = 2048
/** A ticket is a short opaque text. */
const INVITATION = /^[\x21-\x7e]{1,512}$/

/** Options of `startInteractiveLogin()`. */
export interface StartInteractiveLoginOptions {
  /** Override the configured parameters of `/authorize` for this login. */
  authorizationParams?: AuthorizationParams | undefined
  /** Any JSON value of at most 2,048 characters; comes back from `completeInteractiveLogin()`. */
  appState?: unknown
  /** Organization id (`org_…`) or name; checked against the ID token at the callback. */
  organization?: string | undefined
  /** Invitation ticket from the link's query; needs `organization`. */
  invitation?: string | undefined
  pushedAuthorizationRequests?: boolean | undefined
  /** Path of the application to go to afterwards; anything else is ignored. */
  returnTo?: string | undefined
  signal?: AbortSignal | undefined
}

/** What a login that is not the plain one adds to its request and its transaction. */
interface LoginVariant {
  kind?: 'login' | 'enterprise'
  /** What is linked or unlinked, and whose session it was begun in. */
  link?: Pick<Extract<Transaction, { kind: 'link' | 'unlink' }>, 'kind' | 'sessionId' | 'sub'>
  params?: Record<string, string>
  /** Parameters that are not sent, wherever they come from. */
  omit?: readonly string[]
  /** Whether it ends in a page that tells the application's own pages, and closes. */
  popup?: boolean
  /** Whether an e-mail domain has led to a customer's identity provider. */
  enterprise?: boolean
  /** A random one that the caller knows the login by; made here unless given. */
  nonce?: string
  /** Whether the guard that asked for the login checks what it brought, instead of the callback. */
  isStepUp?: boolean
  callback?: 'callback' | 'connectCallback' | 'unconnectCallback'
  /** Whether it takes the place of a login whose transaction was missing at the callback. */
  restarted?: boolean
  /** Whether the application tries it by itself: whatever becomes of it, its callback ends quietly. */
  silent?: boolean
}

const logins = traceChannel('login')

/**
 * Starts a login: keeps a transaction and returns the URL of `/authorize` to send the user to.
 * @see OpenID Connect Core section 3.1.2.1, RFC 7636, RFC 9126
 */
export async function startInteractiveLogin (context: PluginContext, request: RequestContext,
  options: StartInteractiveLoginOptions = {}, variant: LoginVariant = {}): Promise<URL> {
  return new URL(await loginAddress(context, request, options, variant))
}

/** The same as a text, for a redirect. */
export async function loginAddress (context: PluginContext, request: RequestContext,
  options: StartInteractiveLoginOptions, variant: LoginVariant): Promise<string> {
  requireOptions(options)
  if (!logins.hasSubscribers) return await start(context, request, options, variant)
  const { domain } = context.config
  const kind = variant.link?.kind ?? variant.kind ?? 'login'
  const message: LoginTrace = { ...(domain !== undefined && { domain }), kind }
  return await trace(logins, message, () => start(context, request, options, variant))
}

async function start (context: PluginContext, request: RequestContext, options: StartInteractiveLoginOptions,
  variant: LoginVariant): Promise<string> {
  if (context.config.apiOnly) refuseSessions()
  const { config } = context
  const login = await loginParams(context, request, options.authorizationParams)
  const organization = await loginOrganization(request, options.organization ?? login.organization)
  const invitation = options.invitation ?? login.invitation
  if (invitation !== undefined && organization === undefined) {
    throw new MissingRequiredArgumentError('organization', 'An invitation needs the organization it belongs to.')
  }
  if (invitation !== undefined && !INVITATION.test(invitation)) {
    throw new InvalidArgumentError('invitation', 'The invitation is not a ticket of Auth0.')
  }
  const base = request.appBase()
  const kind = variant.link?.kind ?? variant.kind ?? 'login'
  const responseMode = kind === 'login' || kind === 'enterprise' ? login.responseMode : undefined
  if (responseMode === 'form_post' && !base.secure && !isLoopback(new URL(base.origin).hostname)) {
    throw new ConfigurationError('authorizationParams.response_mode',
      'Option "authorizationParams.response_mode" must not be \'form_post\' on plain http: its cookie must be Secure.')
  }
  // A configured one is the login's callback, not that of another request.
  const given = variant.callback === undefined ? login.redirectUri : options.authorizationParams?.redirect_uri
  const redirectUri = given ?? callbackUrl(context, request, variant.callback)
  if (redirectUri === undefined) {
    throw new MissingRequiredArgumentError('redirect_uri',
      'Without a callback route the login needs "authorizationParams.redirect_uri".')
  }

  const returnTo = pathAfterLogin(options.returnTo, base, config, request.log)
  if (variant.link === undefined && login.params.prompt !== 'none') await refuseLoop(context, request, returnTo)

  const server = await request.server()
  const metadata = await server.metadata()
  requireS256(metadata)
  const random = randomText(48)
  const state = stateOf(random.slice(0, 32), variant, returnTo)
  const nonce = variant.nonce ?? random.slice(32)
  const { codeVerifier, codeChallenge } = createPkce()
  const dpop = await server.dpop
  const isPlain = (kind === 'login' || kind === 'enterprise') && login.params.prompt !== 'none'
  const transfer = isPlain ? await visitorTransfer(context, request, server, options) : undefined

  // Members that follow a spread in a literal cost up to a microsecond each.
  const params: Record<string, string> = {
    client_id: config.clientId,
    response_type: 'code',
    redirect_uri: redirectUri
  }
  if (transfer !== undefined) params.anon_transfer_token = transfer
  Object.assign(params, login.params, variant.params,
    { state, nonce, code_challenge: codeChallenge, code_challenge_method: 'S256' })
  if (responseMode === undefined && params.response_mode !== undefined) delete params.response_mode
  if (organization !== undefined) params.organization = organization
  if (invitation !== undefined) params.invitation = invitation
  for (const name of variant.omit ?? []) delete params[name]
  if (dpop !== undefined) params.dpop_jkt = await dpop.thumbprint

  const transaction: Transaction = Object.assign({
    state,
    nonce,
    codeVerifier,
    redirectUri,
    domain: server.domain,
    issuer: metadata.issuer,
    createdAt: context.now(),
    scope: params.scope!
  }, variant.link ?? { kind: variant.kind ?? 'login' })
  if (params.audience !== undefined) transaction.audience = params.audience
  if (responseMode !== undefined) transaction.responseMode = responseMode
  if (responseMode === 'form_post' && holdsSessionCookie(context, request)) transaction.withSession = true
  if (organization !== undefined) transaction.organization = organization
  if (login.maxAge !== undefined) transaction.maxAge = login.maxAge
  if (login.acrValues !== undefined && variant.isStepUp !== true) transaction.acrValues = login.acrValues
  if (returnTo !== undefined) transaction.returnTo = returnTo
  if (options.appState !== undefined) transaction.appState = checkAppState(options.appState)
  if (params.authorization_details !== undefined) transaction.keepAuthorizationDetails = true
  if (params.prompt === 'none') transaction.silent = true
  if (transfer !== undefined) transaction.anonymous = true
  if (variant.popup === true) transaction.popup = true
  if (variant.enterprise === true) transaction.enterprise = true
  const push = options.pushedAuthorizationRequests ?? config.pushedAuthorizationRequests
  const signer = config.signedAuthorizationRequests ? context.requestObjectSigner ?? server.assertionSigner : undefined
  const url = push || signer !== undefined
    ? await authorizationUrl(server, metadata, params, { push, signer, now: context.now(), signal: options.signal })
    : buildAuthorizationUrl(server, metadata, params)
  // A silent login leads to the very page, or is not tried.
  await (variant.silent === true
    ? context.transactions.set(request.jar, state, transaction, config.transactionDuration)
    : keepTransaction(context, request, transaction))
  return url
}

/** Puts the parameters into a signed request object, or sends them through the back channel. @see RFC 9101, RFC 9126 */
async function authorizationUrl (server: AuthorizationServer, metadata: Metadata, params: Record<string, string>,
  how: { push: boolean, signer: AssertionSigner | undefined, now: number, signal: AbortSignal | undefined }):
  Promise<string> {
  let sent = params
  if (how.signer !== undefined) {
    const requestObject = await how.signer.signRequestObject({ ...params }, {
      clientId: server.clientId,
      audience: metadata.issuer,
      now: how.now
    })
    sent = { client_id: server.clientId, request: requestObject }
  }
  if (!how.push) return buildAuthorizationUrl(server, metadata, sent)
  const { requestUri } = await pushAuthorizationRequest(server, sent, { signal: how.signal })
  return buildAuthorizationUrl(server, metadata, { client_id: server.clientId, request_uri: requestUri })
}

function stateOf (random: string, { restarted, silent, popup }: LoginVariant, returnTo: string | undefined): string {
  if (silent === true) return silentState(random, returnTo)
  const state = popup === true ? popupState(random) : random
  return restarted === true ? restartedState(state) : state
}

export function checkAppState (appState: unknown): unknown {
  let json: string | undefined
  try {
    json = JSON.stringify(appState)
  } catch (error) {
    throw new InvalidArgumentError('appState', 'The app state must be a JSON value.', error)
  }
  if (json === undefined || json.length > MAX_APP_STATE) {
    throw new InvalidArgumentError('appState',
      `The app state must be a JSON value of at most ${MAX_APP_STATE} characters.`)
  }
  return appState
}

/** @see RFC 9700 section 2.1.1 */
function requireS256 (metadata: Metadata): void {
  const methods = metadata.code_challenge_methods_supported
  if (Array.isArray(methods) && !methods.includes('S256')) {
    throw new ConfigurationError('domain',
      'The tenant does not support PKCE with S256, so a login cannot be started safely.')
  }
}

/** Options of `switchOrganization()`. */
export interface SwitchOrganizationOptions {
  returnTo?: string | undefined
  signal?: AbortSignal | undefined
}

/** Starts a login to another organization; the result replaces the session. */
export async function switchOrganization (context: PluginContext, request: RequestContext, organization: string,
  options: SwitchOrganizationOptions = {}): Promise<URL> {
  if (typeof organization !== 'string' || organization.trim() === '') {
    throw new MissingRequiredArgumentError('organization')
  }
  return await startInteractiveLogin(context, request, { ...options, organization })
}
