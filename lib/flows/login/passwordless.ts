import { requireText } from '../../authentication/server/arguments.js'
import { passwordlessOtpGrant } from '../../authentication/api/grants.js'
import {
  startOtpChallenge, startPasswordlessEmail, startPasswordlessSms, type OtpChallengeParams, type PasswordlessStart
} from '../../authentication/api/passwordless.js'
import { InvalidArgumentError } from '../../errors.js'
import type { PluginContext, RequestContext } from '../context.js'
import { magicLink } from './magic-link.js'
import { loginDemands, logIn, requestOptions, type EmbeddedCallOptions, type EmbeddedLogin } from './embedded-login.js'

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
      const started =
        await startPasswordlessEmail(server, { ...shared, email: options.email, send: 'link', authParams }, how)
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
      requireText(options, 'verificationCode')
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
