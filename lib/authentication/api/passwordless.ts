import { InvalidArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { isHeaderValue } from '../../http/call-limits.js'
import { callJson } from '../server/api-call.js'
import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import type { RequestOptions } from '../server/request-options.js'

/** Parameters of a passwordless login by e-mail. */
export interface PasswordlessEmailParams {
  email: string
  /** A code to type in, or a link to follow. Default `code`. */
  send?: 'code' | 'link' | undefined
  /** Parameters of `/authorize` for the link: `redirect_uri`, `scope`, `state`, … */
  authParams?: Record<string, unknown> | undefined
  /** The e-mail's language, BCP 47. */
  language?: string | undefined
  captcha?: string | undefined
}

/** Parameters of a passwordless login by text message. */
export interface PasswordlessSmsParams {
  /** In the E.164 form: `+491701234567`. */
  phoneNumber: string
  language?: string | undefined
  captcha?: string | undefined
}

/** A code or a link that is on its way. */
export interface PasswordlessStart {
  id: string | undefined
  [member: string]: unknown
}

/** Sends a code or a link by e-mail. */
export async function startPasswordlessEmail (server: AuthorizationServer, params: PasswordlessEmailParams,
  options?: RequestOptions): Promise<PasswordlessStart> {
  requireText(params, 'email')
  const { email, send = 'code', authParams, captcha } = params
  return start(server, { connection: 'email', email, send, authParams, captcha }, params.language, options)
}

/** Sends a code by text message. */
export async function startPasswordlessSms (server: AuthorizationServer, params: PasswordlessSmsParams,
  options?: RequestOptions): Promise<PasswordlessStart> {
  requirePhoneNumber(params)
  const { phoneNumber, captcha } = params
  return start(server, { connection: 'sms', phone_number: phoneNumber, captcha }, params.language, options)
}

async function start (server: AuthorizationServer, json: Record<string, unknown>, language: string | undefined,
  options?: RequestOptions): Promise<PasswordlessStart> {
  if (language !== undefined && !isHeaderValue(language)) {
    throw new InvalidArgumentError('language', 'The argument "language" must be a language tag such as "de".')
  }
  const answer = await callJson(server, {
    method: 'POST',
    path: 'passwordless/start',
    what: 'The passwordless start',
    json,
    authenticate: true,
    headers: language === undefined ? undefined : { 'x-request-language': language }
  }, options)
  return { ...answer, id: typeof answer._id === 'string' ? answer._id : undefined }
}

/** Parameters of `/otp/challenge`. */
export type OtpChallengeParams = {
  /** A database connection. */
  connection: string,
  /** Whether a new user may come of it. Default `false`. */
  allowSignup?: boolean | undefined
} & ({ email: string } | { phoneNumber: string, deliveryMethod?: 'text' | 'voice' | undefined })

/** Sends a code to a user of a database connection. It answers alike whether the user exists or not. */
export async function startOtpChallenge (server: AuthorizationServer, params: OtpChallengeParams,
  options?: RequestOptions): Promise<{ authSession: string }> {
  requireText(params, 'connection')
  const { connection, allowSignup } = params
  if ('email' in params) requireText(params, 'email')
  else requirePhoneNumber(params)
  const whom = 'email' in params
    ? { email: params.email }
    : { phone_number: params.phoneNumber, delivery_method: params.deliveryMethod }
  const { auth_session: authSession } = await callJson(server, {
    method: 'POST',
    path: 'otp/challenge',
    what: 'The challenge',
    json: { connection, ...whom, allow_signup: allowSignup },
    authenticate: true
  }, options)
  if (typeof authSession !== 'string' || authSession === '') {
    throw invalid('The challenge: "auth_session" is missing in the answer.')
  }
  return { authSession }
}

function requirePhoneNumber (params: { phoneNumber: string }): void {
  requireText(params, 'phoneNumber')
  if (!/^\+[1-9]\d{1,14}$/.test(params.phoneNumber)) {
    throw new InvalidArgumentError('phoneNumber',
      'The argument "phoneNumber" must be an E.164 number such as "+491701234567".')
  }
}
