import { refreshTokenGrant, tokenForConnectionGrant } from '../../authentication/api/grants.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { MfaRequiredError } from '../../errors.js'
import type { TokenResponse } from '../../../types/tokens.js'
import { callOptions, type CallOptions } from '../call-options.js'
import type { PluginContext } from '../context.js'
import { sealMfaToken } from './mfa-token.js'

/** Options of `getTokenByRefreshToken()`. */
export interface TokenByRefreshTokenOptions extends CallOptions {
  refreshToken: string
  audience?: string | undefined
  scope?: string | undefined
}

/** Tokens for a refresh token the application keeps itself; no session is touched. */
export async function getTokenByRefreshToken (context: PluginContext, server: AuthorizationServer,
  { signal, forwardedFor, ...params }: TokenByRefreshTokenOptions): Promise<TokenResponse> {
  try {
    return await refreshTokenGrant(server, params, callOptions({ signal, forwardedFor }))
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, params) : error
  }
}

/** Options of `getTokenForConnection()`. */
export type TokenForConnectionOptions =
  & { connection: string, loginHint?: string }
  & CallOptions
  & ({ refreshToken: string } | { accessToken: string })

/** A provider's access token for a refresh or access token the caller holds; no session is touched. */
export async function getTokenForConnection (server: AuthorizationServer,
  { signal, forwardedFor, ...params }: TokenForConnectionOptions): Promise<TokenResponse> {
  return await tokenForConnectionGrant(server, params, callOptions({ signal, forwardedFor }))
}
