import { requireText } from '../../authentication/server/arguments.js'
import { ConfigurationError } from '../../errors.js'
import type { AccessToken, TokenType } from '../../../types/tokens.js'
import { callOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { customTokenExchange } from '../tokens/token-exchange.js'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Options of `getTokenOnBehalfOf()`. */
export interface OnBehalfOfOptions extends CallOptions {
  /** Identifier of the API that is to be called. */
  audience: string
  scope?: string
}

/**
 * Exchanges the caller's access token for one with which this API calls another in the user's name.
 * @throws CustomTokenExchangeError when Auth0 refuses, ConfigurationError without `requireToken` in front
 * @see RFC 8693 section 2.1
 */
export async function getTokenOnBehalfOf (context: PluginContext, request: RequestContext,
  options: OnBehalfOfOptions): Promise<AccessToken> {
  requireText(options, 'audience')
  const { bearerToken } = request
  if (bearerToken === undefined) {
    throw new ConfigurationError('requireToken',
      "There is no caller's access token: put requireToken() in front of this handler.")
  }
  const { audience, scope } = options
  const exchanged = await customTokenExchange(context, await request.server(), {
    subjectToken: bearerToken.token,
    subjectTokenType: ACCESS_TOKEN,
    requestedTokenType: ACCESS_TOKEN,
    audience,
    scope,
    ...callOptions(options, request)
  })
  return {
    accessToken: exchanged.accessToken,
    tokenType: exchanged.tokenType as TokenType,
    scope: exchanged.scope ?? scope ?? '',
    expiresAt: exchanged.expiresIn === undefined ? 0 : Math.floor(context.now() + exchanged.expiresIn),
    audience
  }
}
