import { randomBytes } from '../../base/node-crypto.js'
import { passwordlessOtpGrant } from '../../authentication/api/grants.js'
import {
  startOtpChallenge, startPasswordlessEmail, startPasswordlessSms, type OtpChallengeParams, type PasswordlessStart
} from '../../authentication/api/passwordless.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { maxAge } from './authorization-params.js'
import { callbackUrl, type PluginContext, type RequestContext } from '../context.js'
import { checkAppState } from './login.js'
import { pathAfterLogin } from './return-to.js'
import { loginDemands, logIn, requestOptions, type EmbeddedCallOptions, type EmbeddedLogin } from './embedded-login.js'

/** Parameters a magic link may carry to `/authorize`. */
const LINK_PARAMS = new Set(['audience', 'login_hint', 'ui_locales', 'screen_hint', 'prompt', 'max_age', 'acr_values',
  'scope', 'organization'])

/** Options of `passwordless.start()`. */
export type StartPasswordlessOptions = EmbeddedCallOptions & { language?: string, captcha?: string } & (
  | {
    connection: 'email',
    email: string,
    send?: 'code' | 'link',
    authParams?: Record<string, unknown>,
    returnTo?: string,
    appState?: unknown,
    redirectUri?: string
  }
  | { connection: 'sms', phoneNumber: string }
)

/** Options of `passwordless.verify()`. */
export type VerifyPasswordlessOptions = EmbeddedCallOptions & {
  verificationCode: string,
  scope?: string,
  audience?: string
} & (
  { connection: 'email', email: string } | { connection: 'sms', phoneNumber: string } | { authSession: string }
)

/** `request.auth0.passwordless`: codes and links by e-mail and text message. */
export function passwordless (context: PluginContext, request: RequestContext) {
  return {
    /** Sends a code, or a link that comes back to the callback route. */
    start: async (options: StartPasswordlessOptions): Promise<PasswordlessStart> => {
      const server = await request.server()
      const how = requestOptions(options, request)
      const { language, captcha } = options
      const shared = { language, captcha }
      if (options.connection === 'sms') {
        return await startPasswordlessSms(server, { ...shared, phoneNumber: options.phoneNumber }, how)
      }
      if (options.connection !== 'email') {
        throw new InvalidArgumentError('connection',
          'The connection must be "email" or "sms"; for a database connection use challenge().')
      }
      if (options.send !== 'link') {
        return await startPasswordlessEmail(server, { ...shared, email: options.email, send: 'code' }, how)
      }
      const { authParams, remember } = await magicLink(context, request, server, options)
      const started = await startPasswordlessEmail(server, {
        ...shared,
        email: options.email,
        send: 'link',
        authParams
      }, how)
      // Only now: a link that was refused leaves nothing behind.
      await remember()
      return started
    },
    /** Sends a code to a user of a database connection; give the result's `authSession` to `verify()`. */
    challenge: async (options: OtpChallengeParams & EmbeddedCallOptions): Promise<{ authSession: string }> =>
      await startOtpChallenge(await request.server(), options, requestOptions(options, request)),
    /** Checks the code and begins a session. */
    verify: async (options: VerifyPasswordlessOptions): Promise<EmbeddedLogin> => {
      const server = await request.server()
      const asked = await loginDemands(context, request, options)
      if (typeof options.verificationCode !== 'string' || options.verificationCode === '') {
        throw new MissingRequiredArgumentError('verificationCode')
      }
      return await logIn(context, request, server, asked, async () =>
        await passwordlessOtpGrant(server, {
          otp: options.verificationCode,
          scope: asked.scope,
          audience: asked.audience,
          ...('authSession' in options
            ? { authSession: options.authSession }
            : {
                realm: options.connection,
                username: options.connection === 'email' ? options.email : options.phoneNumber
              })
        }, requestOptions(options, request)))
    }
  }
}

interface MagicLinkOptions {
  authParams?: Record<string, unknown> | undefined
  returnTo?: string | undefined
  appState?: unknown
  /** Where the link comes back to, for applications without the plugin's routes. Default: the callback route. */
  redirectUri?: string | undefined
}

/** A magic link has no PKCE: it may be opened where nothing was started. State and nonce bind it to this browser. */
async function magicLink (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: MagicLinkOptions): Promise<{ authParams: Record<string, unknown>, remember: () => Promise<void> }> {
  const refused = Object.keys(options.authParams ?? {}).find(name => !LINK_PARAMS.has(name))
  if (refused !== undefined) {
    throw new InvalidArgumentError(`authParams.${refused}`,
      `The parameter "${refused}" cannot be set for a magic link.`)
  }
  const redirectUri = options.redirectUri ?? callbackUrl(context, request)
  if (redirectUri === undefined) {
    throw new MissingRequiredArgumentError('redirectUri',
      'A magic link needs the callback route, or the argument "redirectUri": where the link comes back to.')
  }
  if (!URL.canParse(redirectUri)) {
    throw new InvalidArgumentError('redirectUri', 'The argument "redirectUri" must be an absolute URL.')
  }
  const params = options.authParams ?? {}
  const { audience, scope, organization } = await loginDemands(context, request,
    params as { audience?: string, scope?: string, organization?: unknown })
  const oldest = maxAge(params.max_age, 'authParams.max_age')
  const random = randomBytes(48).toString('base64url')
  const state = random.slice(0, 32)
  const nonce = random.slice(32)
  const metadata = await server.metadata()
  const returnTo = pathAfterLogin(options.returnTo, request.appBase(), context.config, request.log)
  const chosen = { ...(audience !== undefined && { audience }), ...(organization !== undefined && { organization }) }
  const appState = options.appState === undefined ? undefined : checkAppState(options.appState)
  const remember = async (): Promise<void> =>
    await context.transactions.set(request.jar, state, {
      kind: 'magic-link',
      state,
      nonce,
      redirectUri,
      domain: server.domain,
      issuer: metadata.issuer,
      createdAt: context.now(),
      scope,
      ...chosen,
      ...(returnTo !== undefined && { returnTo }),
      ...(oldest !== undefined && { maxAge: oldest }),
      ...(appState !== undefined && { appState })
    }, context.config.transactionDuration)
  const authParams = { ...params, redirect_uri: redirectUri, response_type: 'code', state, nonce, scope, ...chosen }
  return { authParams, remember }
}
