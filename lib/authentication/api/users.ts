import type { UserClaims } from '../../../types/session.js'
import { NetworkError, TokenValidationError } from '../../errors.js'
import { toApiError } from '../../http/api-error.js'
import { parseJsonObject } from '../../http/json.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { requireToken } from '../server/arguments.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'
import { sendAuthorized } from '../server/resource.js'

export interface UserInfoOptions extends RequestOptions {
  /** The ID token's subject: another user's claims are refused. */
  expectedSub?: string | undefined
  /** How the token is presented. Default `Bearer`. */
  tokenType?: string | undefined
}

/** The user's claims, for an access token with scope `openid`. @see OpenID Connect Core section 5.3 */
export async function fetchUserInfo (server: AuthorizationServer, accessToken: string,
  options: UserInfoOptions = {}): Promise<UserClaims> {
  requireToken(accessToken)
  checkRequestOptions(options)
  const url = await server.endpoint('userinfo_endpoint', options.signal)
  const response = await sendAuthorized(server, {
    method: 'GET',
    url,
    accessToken,
    tokenType: options.tokenType,
    options
  })
  if (response.status !== 200) {
    throw toApiError(response, { what: 'Userinfo', now: server.now(), secrets: [accessToken], call: 'GET /userinfo' })
  }
  const claims = parseJsonObject(response, 'Userinfo')
  if (typeof claims.sub !== 'string' || claims.sub === '') {
    throw new NetworkError('Userinfo: "sub" is missing in the answer.', undefined, 'invalid_response')
  }
  if (options.expectedSub !== undefined && claims.sub !== options.expectedSub) {
    throw new TokenValidationError('subject', 'Userinfo is about another user than the ID token.', { claim: 'sub' })
  }
  return claims as UserClaims
}
