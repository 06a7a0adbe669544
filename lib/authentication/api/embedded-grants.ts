import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { requireText } from '../server/arguments.js'
import { requestToken } from '../server/token-endpoint.js'
import { grant, type AudienceAndScope, type Grant } from './grant.js'

/** Parameters of the grant for a passwordless code. */
export type PasswordlessOtpParams = AudienceAndScope & ({
  /** The e-mail address or the phone number the code was sent to. */
  username: string,
  otp: string,
  realm: 'email' | 'sms'
} | {
  /** From `/otp/challenge`: a code for a user of a database connection. */
  authSession: string,
  otp: string
})

/** A one-time code sent by e-mail or text message. */
export const passwordlessOtpGrant: Grant<PasswordlessOtpParams> = async (server, params, options) => {
  const common = {
    grant_type: 'http://auth0.com/oauth/grant-type/passwordless/otp',
    otp: params.otp,
    audience: params.audience,
    scope: params.scope
  }
  if (typeof params === 'object' && 'authSession' in params) {
    requireText(params, 'authSession', 'otp')
    return requestToken(server, { ...common, auth_session: params.authSession }, options)
  }
  requireText(params, 'username', 'otp', 'realm')
  return requestToken(server, { ...common, username: params.username, realm: params.realm }, options)
}

/** Parameters of the grant for a one-time code. */
export interface MfaOtpParams extends AudienceAndScope {
  mfaToken: string
  otp: string
}

/** The second factor: a code of an authenticator app. */
export const mfaOtpGrant = grant<MfaOtpParams>('http://auth0.com/oauth/grant-type/mfa-otp', ['mfaToken', 'otp'],
  ['audience', 'scope'])

/** Parameters of the grant for an out-of-band factor. */
export interface MfaOobParams extends AudienceAndScope {
  mfaToken: string
  oobCode: string
  /** The code the user got, where the challenge's `binding_method` is `prompt`. */
  bindingCode?: string | undefined
}

/** The second factor: a text message, a call, an e-mail or a push notification. */
export const mfaOobGrant = grant<MfaOobParams>('http://auth0.com/oauth/grant-type/mfa-oob', ['mfaToken', 'oobCode'],
  ['bindingCode', 'audience', 'scope'])

/** Parameters of the grant for a recovery code. */
export interface MfaRecoveryCodeParams extends AudienceAndScope {
  mfaToken: string
  recoveryCode: string
}

/** The second factor: a recovery code; the answer brings a new one. */
export const mfaRecoveryCodeGrant = grant<MfaRecoveryCodeParams>(
  'http://auth0.com/oauth/grant-type/mfa-recovery-code', ['mfaToken', 'recoveryCode'], ['audience', 'scope'])

/** Parameters of the grant for a passkey. */
export interface WebauthnParams extends AudienceAndScope {
  authSession: string
  /** What `navigator.credentials` answered, binary fields as base64url. */
  authnResponse: object
  /** The database connection. */
  realm?: string | undefined
  organization?: string | undefined
}

/** A passkey's answer. Sent as JSON, for it is an object. */
export const webauthnGrant: Grant<WebauthnParams> = async (server, params, options) => {
  requireText(params, 'authSession')
  const { authSession, authnResponse, realm, organization, audience, scope } = params
  if (authnResponse === undefined || authnResponse === null) throw new MissingRequiredArgumentError('authnResponse')
  if (typeof authnResponse !== 'object') {
    throw new InvalidArgumentError('authnResponse', 'The argument "authnResponse" must be an object.')
  }
  return requestToken(server, {
    grant_type: 'urn:okta:params:oauth:grant-type:webauthn',
    auth_session: authSession,
    realm,
    organization,
    audience,
    scope
  }, { ...options, json: { authn_response: authnResponse } })
}
