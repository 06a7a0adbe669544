import type { AuthorizationDetail } from '../../../types/tokens.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { parseJsonObject } from '../../http/json.js'
import { asJson, requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { postForm } from '../server/form-post.js'
import { checkRequestOptions, type RequestOptions } from '../server/request-options.js'

/** Parameters of `/bc-authorize`. @see OpenID Connect CIBA Core 1.0 */
export interface BackchannelAuthenticationParams {
  /** Shown to the user on both devices: up to 64 letters, digits and `+-_.,:#`, and spaces. */
  bindingMessage: string
  /** Who is asked: the user's id. */
  loginHint: { sub: string }
  /** Default `openid`. */
  scope?: string | undefined
  audience?: string | undefined
  organization?: string | undefined
  /** Seconds within which the user must answer: 1 to 300 by push notification, up to 259 200 by e-mail. */
  requestedExpiry?: number | undefined
  authorizationDetails?: readonly AuthorizationDetail[] | undefined
}

/** The handle of a request that waits for the user. */
export interface BackchannelAuthentication {
  authReqId: string
  /** Seconds. */
  expiresIn: number
  /** Seconds between two polls. */
  interval: number
}

const WHAT = 'The backchannel authentication request'

/** Asks a user to log in on another device. @see OpenID CIBA Core section 7 */
export async function startBackchannelAuthentication (
  server: AuthorizationServer,
  params: BackchannelAuthenticationParams,
  options: RequestOptions = {}
): Promise<BackchannelAuthentication> {
  check(params)
  checkRequestOptions(options)
  const url = await server.endpoint('backchannel_authentication_endpoint', options.signal)
  const form = {
    scope: params.scope ?? 'openid',
    binding_message: params.bindingMessage,
    login_hint: JSON.stringify({ format: 'iss_sub', iss: server.issuer, sub: params.loginHint.sub }),
    audience: params.audience,
    organization: params.organization,
    requested_expiry: params.requestedExpiry?.toString(),
    authorization_details: params.authorizationDetails && asJson('authorizationDetails', params.authorizationDetails)
  }
  const response = await postForm(server, { url, form, what: WHAT, secrets: [params.loginHint.sub] }, options)
  return readAnswer(parseJsonObject(response, WHAT))
}

function check (params: BackchannelAuthenticationParams): void {
  requireText(params, 'bindingMessage')
  const sub: unknown = params.loginHint?.sub
  if (!sub) throw new MissingRequiredArgumentError('loginHint.sub')
  if (typeof sub !== 'string') {
    throw new InvalidArgumentError('loginHint.sub', 'The argument "loginHint.sub" must be a string.')
  }
  if (!/^[A-Za-z0-9+\-_.,:# ]{1,64}$/.test(params.bindingMessage)) {
    throw new InvalidArgumentError('bindingMessage',
      'The argument "bindingMessage" may hold up to 64 letters, digits, spaces and "+-_.,:#".')
  }
  const { requestedExpiry } = params
  if (requestedExpiry !== undefined &&
    !(Number.isInteger(requestedExpiry) && requestedExpiry >= 1 && requestedExpiry <= 259_200)) {
    throw new InvalidArgumentError('requestedExpiry',
      'The argument "requestedExpiry" must be a whole number of seconds from 1 to 259200.')
  }
}

function readAnswer (body: Record<string, unknown>): BackchannelAuthentication {
  const { auth_req_id: authReqId, expires_in: expiresIn, interval } = body
  if (typeof authReqId !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(authReqId)) {
    throw invalid(`${WHAT}: "auth_req_id" in the answer cannot be used.`)
  }
  if (!isSeconds(expiresIn)) throw invalid(`${WHAT}: "expires_in" in the answer cannot be used.`)
  return { authReqId, expiresIn, interval: isSeconds(interval) ? Math.max(1, interval) : 5 }
}

function isSeconds (value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 259_200
}
