import { webauthnGrant } from '../../authentication/api/grants.js'
import {
  passkeyLoginChallenge, passkeySignupChallenge, type PasskeyLoginParams, type PasskeySignupParams
} from '../../authentication/api/passkeys.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { loginOrganization } from './organization.js'
import { loginDemands, logIn, requestOptions, type EmbeddedCallOptions, type EmbeddedLogin } from './embedded-login.js'

/** Options of `passkeys.signIn()`. */
export interface PasskeySignInOptions extends EmbeddedCallOptions {
  authSession: string
  /** What `navigator.credentials` answered, binary fields as base64url. */
  authnResponse: object
  connection?: string | undefined
  organization?: string | undefined
  scope?: string | undefined
  audience?: string | undefined
}

async function inOrganization<T extends { organization?: string | undefined }> (request: RequestContext,
  options: T): Promise<T> {
  return { ...requireOptions(options), organization: await loginOrganization(request, options.organization) }
}

/** `request.auth0.passkeys`: signup and login with a passkey. */
export function passkeys (context: PluginContext, request: RequestContext) {
  return {
    signupChallenge: async (options: PasskeySignupParams & EmbeddedCallOptions) =>
      await passkeySignupChallenge(await request.server(), await inOrganization(request, options),
        requestOptions(options, request)),
    loginChallenge: async (options: PasskeyLoginParams & EmbeddedCallOptions = {}) =>
      await passkeyLoginChallenge(await request.server(), await inOrganization(request, options),
        requestOptions(options, request)),
    /** Checks the passkey's answer at Auth0 and begins a session. */
    signIn: async (options: PasskeySignInOptions): Promise<EmbeddedLogin> => {
      const server = await request.server()
      const asked = await loginDemands(context, request, options)
      return await logIn(context, request, server, asked, async () =>
        await webauthnGrant(server, {
          ...asked,
          authSession: options.authSession,
          authnResponse: options.authnResponse,
          realm: options.connection
        }, requestOptions(options, request)))
    }
  }
}
