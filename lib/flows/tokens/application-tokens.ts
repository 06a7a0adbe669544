import { refreshTokenGrant, tokenForConnectionGrant } from '../../authentication/api/grants.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { MfaRequiredError } from '../../errors.js'
import type { TokenResponse } from '../../../types/tokens.js'
import type { PluginContext } from '../context.js'
import { sealMfaToken } from './mfa-token.js'

/** Options of `getTokenByRefreshToken()`. */
export interface TokenByRefreshTokenOptions {
  refreshToken: string
  audience?: string
  scope?: string
  signal?: AbortSignal
}

/** Tokens for a refresh token the application keeps itself; no session is touched. */
export async function getTokenByRefreshToken (context: PluginContext, server: AuthorizationServer,
  { signal, ...params }: TokenByRefreshTokenOptions): Promise<TokenResponse> {
  try {
    return await refreshTokenGrant(server, params, signal === undefined ? {} : { signal })
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, params) : error
  }
}

/** Options of `getTokenForConnection()`. */
export type TokenForConnectionOptions =
  & { connection: string, loginHint?: string, signal?: AbortSignal }
  & ({ refreshToken: string } | { accessToken: string })

/** A provider's access token for a refresh or access token the caller holds; no session is touched. */
export async function getTokenForConnection (server: AuthorizationServer,
  { signal, ...params }: TokenForConnectionOptions): Promise<TokenResponse> {
  return await tokenForConnectionGrant(server, params, signal === undefined ? {} : { signal })
}
