import { InvalidArgumentError } from '../../errors.js'
import { parseJson } from '../../http/json.js'
import { callApi, callJson } from '../server/api-call.js'
import { pathSegment, requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { toCamelCase, toResults } from '../server/naming.js'
import type { RequestOptions } from '../server/request-options.js'

/** A second factor a user has. */
export interface Authenticator {
  id: string
  authenticatorType: 'otp' | 'oob' | 'recovery-code' | (string & {})
  active: boolean
  name?: string
  type?: string
  oobChannel?: string
  oobChannels?: string[]
  phoneNumber?: string
  createdAt?: string
  lastAuth?: string
  [member: string]: unknown
}

/** The user's authenticators. */
export async function listAuthenticators (server: AuthorizationServer, params: { mfaToken: string },
  options?: RequestOptions): Promise<Authenticator[]> {
  requireText(params, 'mfaToken')
  const what = 'The list of authenticators'
  const list = parseJson(
    await callApi(server, {
      method: 'GET',
      path: 'mfa/authenticators',
      what,
      bearer: params.mfaToken,
      bearerName: 'mfaToken'
    }, options),
    what
  )
  return toResults<Authenticator>(list, what)
}

/**
 * The factor to enroll: an authenticator app, a text message, a call, an e-mail, or a push notification of Guardian.
 */
export type MfaFactor = 'otp' | 'sms' | 'voice' | 'email' | 'push'

/** Parameters of `/mfa/associate`. */
export interface EnrollAuthenticatorParams {
  mfaToken: string
  factor: MfaFactor
  /** For `sms` and `voice`. */
  phoneNumber?: string | undefined
  /** For `email`; the user's own unless given. */
  email?: string | undefined
}

/** What a new authenticator needs to be confirmed. */
export interface Enrollment {
  authenticatorType: string
  id?: string
  secret?: string
  barcodeUri?: string
  recoveryCodes?: string[]
  oobChannel?: string
  oobCode?: string
  bindingMethod?: string
  [member: string]: unknown
}

const CHANNELS: Record<MfaFactor, string | undefined> = {
  otp: undefined,
  sms: 'sms',
  voice: 'voice',
  email: 'email',
  push: 'auth0'
}

/** Begins to enroll an authenticator; confirm it with `getToken.mfaOtp` or `getToken.mfaOob`. */
export async function enrollAuthenticator (server: AuthorizationServer, params: EnrollAuthenticatorParams,
  options?: RequestOptions): Promise<Enrollment> {
  requireText(params, 'mfaToken', 'factor')
  const { mfaToken, factor, phoneNumber, email } = params
  if (!Object.hasOwn(CHANNELS, factor)) {
    throw new InvalidArgumentError('factor',
      `The argument "factor" must be one of ${Object.keys(CHANNELS).join(', ')}.`)
  }
  if (factor === 'sms' || factor === 'voice') requireText(params, 'phoneNumber')
  const channel = CHANNELS[factor]
  const json = channel === undefined
    ? { authenticator_types: ['otp'] }
    : { authenticator_types: ['oob'], oob_channels: [channel], phone_number: phoneNumber, email }
  return toCamelCase(await callJson(server, {
    method: 'POST',
    path: 'mfa/associate',
    what: 'The enrollment',
    json: { ...json, client_id: server.clientId },
    bearer: mfaToken,
    bearerName: 'mfaToken'
  }, options)) as Enrollment
}

/** Parameters of `/mfa/challenge`. */
export interface ChallengeAuthenticatorParams {
  mfaToken: string
  /** Default: either. */
  challengeType?: 'otp' | 'oob' | undefined
  authenticatorId?: string | undefined
}

/** What answers a challenge: a code of the app (`otp`), or what was sent (`oob`). */
export interface Challenge {
  challengeType: string
  oobCode?: string
  bindingMethod?: string
  expiresIn?: number
  [member: string]: unknown
}

/** Asks for the second factor: sends the text message, the notification, … */
export async function challengeAuthenticator (server: AuthorizationServer, params: ChallengeAuthenticatorParams,
  options?: RequestOptions): Promise<Challenge> {
  requireText(params, 'mfaToken')
  const { mfaToken, challengeType = 'otp oob', authenticatorId } = params
  return toCamelCase(await callJson(server, {
    method: 'POST',
    path: 'mfa/challenge',
    what: 'The challenge',
    json: { mfa_token: mfaToken, challenge_type: challengeType, authenticator_id: authenticatorId },
    authenticate: true,
    secrets: [mfaToken]
  }, options)) as Challenge
}

/** Removes an authenticator. */
export async function deleteAuthenticator (server: AuthorizationServer,
  params: { mfaToken: string, authenticatorId: string }, options?: RequestOptions): Promise<void> {
  requireText(params, 'mfaToken', 'authenticatorId')
  await callApi(server, {
    method: 'DELETE',
    path: `mfa/authenticators/${pathSegment('authenticatorId', params.authenticatorId)}`,
    what: 'The removal of the authenticator',
    bearer: params.mfaToken,
    bearerName: 'mfaToken'
  }, options)
}
