import {
  challengeAuthenticator, deleteAuthenticator, enrollAuthenticator, listAuthenticators, type MfaFactor
} from '../../authentication/api/mfa.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { RequestOptions } from '../../authentication/server/request-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { openMfaToken, type MfaToken } from '../tokens/mfa-token.js'
import { requestOptions, type EmbeddedCallOptions } from './embedded-login.js'
import { verifyMfa, type VerifiedMfa, type VerifyMfaOptions } from './verify-mfa.js'
import { FORMER_MFA_NAMES, withFormerNames, type FormerMfaNames } from '../former-names.js'

const FORMER = withFormerNames<object, FormerMfaNames>({}, 'request.auth0.mfa', FORMER_MFA_NAMES)

/** `request.auth0.mfa`: second factors, with the sealed token of a `MfaRequiredError`. */
export function mfa (context: PluginContext, request: RequestContext) {
  const call = async <T extends { mfaToken: string } & EmbeddedCallOptions, R>(options: T,
    work: (server: AuthorizationServer, params: T, how: RequestOptions) => Promise<R>): Promise<R> => {
    const server = await request.server()
    return await work(server, { ...options, mfaToken: openMfaToken(context, options.mfaToken, server).mfaToken },
      requestOptions(options, request))
  }
  return Object.assign(Object.create(FORMER) as FormerMfaNames, {
    listAuthenticators: async (options: { mfaToken: string } & EmbeddedCallOptions) =>
      await call(options, listAuthenticators),
    enroll: async (
      options: { mfaToken: string, factor: MfaFactor, phoneNumber?: string, email?: string } & EmbeddedCallOptions
    ) => await call(options, enrollAuthenticator),
    challenge: async (
      options: { mfaToken: string, challengeType?: 'otp' | 'oob', authenticatorId?: string } & EmbeddedCallOptions
    ) => await call(options, challengeAuthenticator),
    deleteAuthenticator: async (options: { mfaToken: string, authenticatorId: string } & EmbeddedCallOptions) => {
      await call(options, deleteAuthenticator)
    },
    /** Finishes the interrupted request: the session that wanted the tokens gets them; a login begins a session. */
    verify: async (options: VerifyMfaOptions): Promise<VerifiedMfa> => await verifyMfa(context, request, options),
    /** What a sealed token was made for; Auth0's own token stays inside. */
    decodeMfaToken: (mfaToken: string): Omit<MfaToken, 'mfaToken'> => {
      const { mfaToken: _, ...rest } = openMfaToken(context, mfaToken)
      return rest
    }
  })
}
