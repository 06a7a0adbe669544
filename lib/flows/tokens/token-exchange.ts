import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { tokenExchangeGrant, type TokenExchangeParams } from '../../authentication/api/grants.js'
import {
  ApiError, CustomTokenExchangeError, MfaRequiredError, type CustomTokenExchangeErrorCode
} from '../../errors.js'
import { tokenResult, type TokenResult } from './token-result.js'
import type { Actor, JwtClaims, TokenResponse } from '../../../types/tokens.js'
import { callOptions, type CallOptions } from '../call-options.js'
import type { PluginContext } from '../context.js'
import { checkOrganization } from '../../tokens/claims.js'
import { endOfSigned, peekClaims } from '../../tokens/compact.js'
import { verifyIdToken } from './id-token.js'
import { sealMfaToken } from './mfa-token.js'

/** Options of the token exchange methods. */
export interface CustomTokenExchangeOptions extends TokenExchangeParams, CallOptions {}

/** The result of a token exchange. */
export interface TokenExchangeResult extends TokenResult {
  /** Who acts, from the verified ID token. */
  act: Actor | undefined
}

const MAX_LENGTH = 65_536

/**
 * What an access token says that came straight from the tenant; an opaque one says nothing, so that an organization
 * that was asked for cannot be checked.
 */
function claimsOfAccessToken (accessToken: string): JwtClaims {
  return endOfSigned(accessToken) === -1 ? {} : peekClaims(accessToken, MAX_LENGTH)
}

/** Exchanges a token of another system for Auth0's, without touching a session. @see RFC 8693 */
export async function customTokenExchange (context: PluginContext, server: AuthorizationServer,
  options: CustomTokenExchangeOptions): Promise<TokenExchangeResult> {
  const tokens = await exchange(context, server, options)
  const claims = tokens.id_token === undefined
    ? undefined
    : await verifyIdToken(context, server, tokens.id_token, { organization: options.organization })
  if (claims === undefined && options.organization !== undefined) {
    checkOrganization(claimsOfAccessToken(tokens.access_token), options.organization)
  }
  return Object.assign(tokenResult(tokens, context.now()), { act: claims?.act })
}

const KNOWN: readonly CustomTokenExchangeErrorCode[] = ['setactor_required', 'session_transfer_disabled']

/** Asks for the exchange; what Auth0 refuses becomes a `CustomTokenExchangeError`. */
export async function exchange (context: PluginContext, server: AuthorizationServer,
  { signal, forwardedFor, ...params }: CustomTokenExchangeOptions,
  allowedTokenTypes?: string[]): Promise<TokenResponse> {
  try {
    return await tokenExchangeGrant(server, params, {
      ...callOptions({ signal, forwardedFor }),
      ...(allowedTokenTypes !== undefined && { allowedTokenTypes, dpop: false })
    })
  } catch (error) {
    if (error instanceof MfaRequiredError) throw sealMfaToken(context, server, error, params)
    if (!(error instanceof ApiError) || error.status === 429 || error.status >= 500) throw error
    const code = KNOWN.find(known => known === error.code) ?? 'token_exchange_failed'
    throw new CustomTokenExchangeError(code, `Auth0 refused the token exchange (${error.code}).`, error)
  }
}
