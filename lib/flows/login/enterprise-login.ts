import { ConfigurationError, InvalidArgumentError } from '../../errors.js'
import type { AuthorizationParams, EnterpriseLogin } from '../../../types/options.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { emitFor, pseudonym } from '../events.js'
import { refuseSessions } from '../session/no-sessions.js'
import { forgetVisitor } from './anonymous-cookie.js'
import { completeCallback, type Callback } from './callback.js'
import { exchangeCode, type CompleteInteractiveLoginOptions } from './complete-login.js'
import { domainName } from './federated-domains.js'
import { startInteractiveLogin } from './login.js'
import { checkFoundOrganization } from './organization.js'

/** Options of `startEnterpriseLogin()`. */
export interface StartEnterpriseLoginOptions {
  /** The user's e-mail address: Auth0 finds the customer's identity provider by its domain. */
  email: string
  /** Id (`org_…`) or name of the organization that the login must end in. It is checked, not sent. */
  organization?: string | undefined
  /** Override the configured parameters of `/authorize` for this login. */
  authorizationParams?: AuthorizationParams | undefined
  /** Any JSON value of at most 2,048 characters. */
  appState?: unknown | undefined
  /** Path of the application to go to afterwards; anything else is ignored. */
  returnTo?: string | undefined
  /** Whether the login begins a session of this plugin. Default: unless `onEnterpriseLogin` is given. */
  session?: boolean | undefined
  pushedAuthorizationRequests?: boolean | undefined
  signal?: AbortSignal | undefined
}

const EMAIL = /^[^\s@\p{Cc}]{1,64}@([^\s@]{1,253})$/u
/** Auth0 finds these by the e-mail address; what the options say of other logins would get in its way. */
const FOUND_BY_AUTH0 = ['connection', 'organization', 'invitation', 'screen_hint'] as const

/**
 * Starts a login at the identity provider of the customer whose e-mail domain this is. The connection stays hidden.
 * @returns the URL to send the user to, or `undefined` where the domain belongs to no customer: log in another way
 * @throws InvalidArgumentError for what is no e-mail address
 */
export async function startEnterpriseLogin (context: PluginContext, request: RequestContext,
  given: StartEnterpriseLoginOptions): Promise<URL | undefined> {
  const { email, session, ...options } = requireOptions(given)
  if (context.config.apiOnly) refuseSessions()
  const address = typeof email === 'string' ? email.trim() : ''
  const domain = domainName(EMAIL.exec(address)?.[1])
  if (domain === undefined) throw new InvalidArgumentError('email', 'The argument "email" must be an e-mail address.')
  const keepsSession = session ?? context.config.onEnterpriseLogin === undefined
  if (!keepsSession) requireReceiver(context, options)
  if (!await context.federatedDomains.has(await request.server(), domain)) return undefined
  return await startInteractiveLogin(context, request, {
    ...options,
    authorizationParams: { ...options.authorizationParams, login_hint: address }
  }, { omit: FOUND_BY_AUTH0, enterprise: true, kind: keepsSession ? 'login' : 'enterprise' })
}

/** Somebody must take what a login without a session brings. */
function requireReceiver ({ config }: PluginContext,
  { authorizationParams }: Pick<StartEnterpriseLoginOptions, 'authorizationParams'>): void {
  if (config.onEnterpriseLogin !== undefined || config.routes.callback === undefined ||
    authorizationParams?.redirect_uri !== undefined) return
  throw new ConfigurationError('onEnterpriseLogin',
    'Option "onEnterpriseLogin" must be given with "session: false", because nothing else takes the login. Or give a ' +
      '"redirect_uri" of a route that calls completeEnterpriseLogin().')
}

/**
 * Finishes a login that was started without a session; nothing is kept.
 * @param url the callback's URL, or its path and query; the current request's unless given
 * @see OpenID Connect Core section 3.1.3
 */
export async function completeEnterpriseLogin<TAppState = unknown> (context: PluginContext, request: RequestContext,
  url: string | URL = request.url, options: CompleteInteractiveLoginOptions = {}): Promise<EnterpriseLogin<TAppState>> {
  return await completeCallback(context, request, url, requireOptions(options).responseMode, async callback =>
    await finishEnterpriseLogin<TAppState>(context, request, callback, options))
}

/** The same from a callback that was received already. */
export async function finishEnterpriseLogin<TAppState = unknown> (context: PluginContext, request: RequestContext,
  callback: Callback, options: { signal?: AbortSignal | undefined } = {}): Promise<EnterpriseLogin<TAppState>> {
  const { transaction, server } = callback
  if (transaction.kind !== 'enterprise') {
    throw new InvalidArgumentError('state',
      `This callback finishes a "${transaction.kind}" request, not an enterprise login without a session.`)
  }
  const { tokens, claims } = await exchangeCode(context, request, { ...callback, transaction }, options)
  await checkFoundOrganization(context, request, transaction, claims)
  if (transaction.anonymous === true) forgetVisitor(context, request)
  emitFor(context, request, {
    type: 'login',
    outcome: 'success',
    reason: 'enterprise_login',
    blame: 'none',
    domain: server.domain,
    user: pseudonym(claims.iss, claims.sub)
  })
  return {
    claims,
    accessToken: tokens.access_token,
    ...(tokens.expires_in !== undefined && { expiresAt: Math.floor(context.now() + tokens.expires_in) }),
    appState: transaction.appState as TAppState | undefined,
    returnTo: transaction.returnTo
  }
}
