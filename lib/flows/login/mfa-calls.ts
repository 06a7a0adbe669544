import {
  challengeAuthenticator, deleteAuthenticator, enrollAuthenticator, listAuthenticators, type MfaFactor
} from '../../authentication/api/mfa.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { RequestOptions } from '../../authentication/server/request-options.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { openMfaToken } from '../tokens/mfa-token.js'
import { requestOptions, type EmbeddedCallOptions } from './embedded-login.js'
import { verifyMfa, type VerifiedMfa, type VerifyMfaOptions } from './verify-mfa.js'

/** What of `request.auth0.mfa` calls Auth0. */
export function mfaCalls (context: PluginContext, request: RequestContext) {
  const call = async <T extends { mfaToken: string } & EmbeddedCallOptions, R>(options: T,
    work: (server: AuthorizationServer, params: T, how: RequestOptions) => Promise<R>): Promise<R> => {
    requireOptions(options)
    const server = await request.server()
    return await work(server, { ...options, mfaToken: openMfaToken(context, options.mfaToken, server).mfaToken },
      requestOptions(options, request))
  }
  return {
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
    verify: async (options: VerifyMfaOptions): Promise<VerifiedMfa> => await verifyMfa(context, request, options)
  }
}
