import type { TokenResponse } from '../../../types/tokens.js'
import { CustomTokenExchangeError, InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { requestToken, type TokenRequestOptions } from '../server/token-endpoint.js'

export { requestToken } from '../server/token-endpoint.js'
export type { TokenParams, TokenRequestOptions } from '../server/token-endpoint.js'

/** A grant: its parameters to a token. */
export type Grant<TParams> = (server: AuthorizationServer, params: TParams,
  options?: TokenRequestOptions) => Promise<TokenResponse>

/** What most grants may ask for. */
export interface AudienceAndScope {
  audience?: string | undefined
  scope?: string | undefined
}

export interface AuthorizationCodeParams {
  code: string
  /** As it was sent to `/authorize`; may be left out only if it was left out there. */
  redirectUri?: string | undefined
  codeVerifier?: string | undefined
}

/** Redeems an authorization code. @see RFC 6749 section 4.1.3, RFC 7636 section 4.5 */
export const authorizationCodeGrant: Grant<AuthorizationCodeParams> = async (server, params, options) => {
  requireText(params, 'code')
  return requestToken(server, {
    grant_type: 'authorization_code',
    code: params.code,
    redirect_uri: params.redirectUri,
    code_verifier: params.codeVerifier
  }, options)
}

export interface ClientCredentialsParams {
  audience: string
  /** The organization the token is for. */
  organization?: string | undefined
  scope?: string | undefined
}

/** A token for the application itself. @see RFC 6749 section 4.4 */
export const clientCredentialsGrant: Grant<ClientCredentialsParams> = async (server, params, options) => {
  requireText(params, 'audience')
  const { audience, organization, scope } = params
  return requestToken(server, { grant_type: 'client_credentials', audience, organization, scope }, options)
}

export interface PasswordParams extends AudienceAndScope {
  username: string
  password: string
}

/** The user's name and password, checked in the tenant's default directory. @see RFC 6749 section 4.3 */
export const passwordGrant: Grant<PasswordParams> = async (server, params, options) => {
  requireText(params, 'username', 'password')
  const { username, password, audience, scope } = params
  return requestToken(server, { grant_type: 'password', username, password, audience, scope }, options)
}

export interface PasswordRealmParams extends PasswordParams {
  /** The connection's name. */
  realm: string
}

/** The user's name and password, checked in one connection. */
export const passwordRealmGrant: Grant<PasswordRealmParams> = async (server, params, options) => {
  requireText(params, 'username', 'password', 'realm')
  const { username, password, realm, audience, scope } = params
  return requestToken(server, {
    grant_type: 'http://auth0.com/oauth/grant-type/password-realm',
    username,
    password,
    realm,
    audience,
    scope
  }, options)
}

export interface RefreshTokenParams extends AudienceAndScope {
  refreshToken: string
}

/** A new access token for a refresh token; the answer may replace the refresh token. @see RFC 6749 section 6 */
export const refreshTokenGrant: Grant<RefreshTokenParams> = async (server, params, options) => {
  requireText(params, 'refreshToken')
  const { refreshToken, audience, scope } = params
  return requestToken(server, { grant_type: 'refresh_token', refresh_token: refreshToken, audience, scope }, options)
}

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
  if ('authSession' in params) {
    requireText(params, 'authSession', 'otp')
    return requestToken(server, { ...common, auth_session: params.authSession }, options)
  }
  requireText(params, 'username', 'otp', 'realm')
  return requestToken(server, { ...common, username: params.username, realm: params.realm }, options)
}

export interface MfaOtpParams extends AudienceAndScope {
  mfaToken: string
  otp: string
}

/** The second factor: a code of an authenticator app. */
export const mfaOtpGrant: Grant<MfaOtpParams> = async (server, params, options) => {
  requireText(params, 'mfaToken', 'otp')
  const { mfaToken, otp, audience, scope } = params
  return requestToken(server, {
    grant_type: 'http://auth0.com/oauth/grant-type/mfa-otp',
    mfa_token: mfaToken,
    otp,
    audience,
    scope
  }, options)
}

export interface MfaOobParams extends AudienceAndScope {
  mfaToken: string
  oobCode: string
  /** The code the user got, where the challenge's `binding_method` is `prompt`. */
  bindingCode?: string | undefined
}

/** The second factor: a text message, a call, an e-mail or a push notification. */
export const mfaOobGrant: Grant<MfaOobParams> = async (server, params, options) => {
  requireText(params, 'mfaToken', 'oobCode')
  const { mfaToken, oobCode, bindingCode, audience, scope } = params
  return requestToken(server, {
    grant_type: 'http://auth0.com/oauth/grant-type/mfa-oob',
    mfa_token: mfaToken,
    oob_code: oobCode,
    binding_code: bindingCode,
    audience,
    scope
  }, options)
}

export interface MfaRecoveryCodeParams extends AudienceAndScope {
  mfaToken: string
  recoveryCode: string
}

/** The second factor: a recovery code; the answer brings a new one. */
export const mfaRecoveryCodeGrant: Grant<MfaRecoveryCodeParams> = async (server, params, options) => {
  requireText(params, 'mfaToken', 'recoveryCode')
  const { mfaToken, recoveryCode, audience, scope } = params
  return requestToken(server, {
    grant_type: 'http://auth0.com/oauth/grant-type/mfa-recovery-code',
    mfa_token: mfaToken,
    recovery_code: recoveryCode,
    audience,
    scope
  }, options)
}

export interface DeviceCodeParams {
  deviceCode: string
}

/** Asks once whether the user has finished on the other device. @see RFC 8628 section 3.4 */
export const deviceCodeGrant: Grant<DeviceCodeParams> = async (server, params, options) => {
  requireText(params, 'deviceCode')
  return requestToken(server, {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: params.deviceCode
  }, options)
}

export interface CibaParams {
  authReqId: string
}

/** Asks once whether the user has answered on the other device. @see OpenID CIBA Core section 10 */
export const cibaGrant: Grant<CibaParams> = async (server, params, options) => {
  requireText(params, 'authReqId')
  return requestToken(server, { grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: params.authReqId },
    options)
}

export interface TokenExchangeParams extends AudienceAndScope {
  subjectToken: string
  subjectTokenType: string
  actorToken?: string | undefined
  actorTokenType?: string | undefined
  requestedTokenType?: string | undefined
  organization?: string | undefined
  /** Parameters of the tenant's own; those of the protocol are refused. */
  extra?: Record<string, string> | undefined
}

const PROTOCOL_PARAMS = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'audience',
  'aud',
  'resource',
  'resources',
  'resource_indicator',
  'scope',
  'connection',
  'login_hint',
  'organization',
  'assertion'
])

/**
 * Exchanges one token for another: custom exchange, native social login, on behalf of, session transfer. @see RFC 8693
 * section 2.1
 */
export const tokenExchangeGrant: Grant<TokenExchangeParams> = async (server, params, options) => {
  requireText(params, 'subjectToken', 'subjectTokenType')
  const { actorToken, actorTokenType, requestedTokenType, extra = {} } = params
  checkToken('subjectToken', params.subjectToken)
  if (actorToken !== undefined) checkToken('actorToken', actorToken)
  if (actorToken !== undefined && actorTokenType === undefined) {
    throw new CustomTokenExchangeError('missing_actor_token_type',
      'The argument "actorTokenType" is required with "actorToken".')
  }
  if (actorToken === undefined && actorTokenType !== undefined) {
    throw new CustomTokenExchangeError('missing_actor_token',
      'The argument "actorToken" is required with "actorTokenType".')
  }
  const reserved = Object.keys(extra).find(name => PROTOCOL_PARAMS.has(name))
  if (reserved !== undefined) {
    throw new InvalidArgumentError('extra', `The parameter "${reserved}" cannot be given in "extra".`)
  }
  const answer = await requestToken(server, {
    ...extra,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: params.subjectToken,
    subject_token_type: params.subjectTokenType,
    actor_token: actorToken,
    actor_token_type: actorTokenType,
    requested_token_type: requestedTokenType,
    audience: params.audience,
    scope: params.scope,
    organization: params.organization
  }, options)
  if (requestedTokenType !== undefined && answer.issued_token_type !== undefined &&
    answer.issued_token_type !== requestedTokenType) {
    throw new CustomTokenExchangeError('invalid_response',
      'The token endpoint issued another type of token than the one asked for.')
  }
  return answer
}

/** A token as it is: without the spaces or the `Bearer` that come along when it is copied. */
function checkToken (name: string, token: string): void {
  if (!/^\S+$/.test(token)) {
    throw new CustomTokenExchangeError('invalid_token_format',
      `The argument "${name}" has to be the token alone, without spaces or a prefix.`)
  }
}

export type TokenForConnectionParams = {
  connection: string,
  /** The user's id at the provider, where there are several accounts. */
  loginHint?: string | undefined,
  scope?: string | undefined
} & ({ refreshToken: string } | { accessToken: string })

/** The provider's own access token, from Token Vault. It is never bound to this client's key. */
export const tokenForConnectionGrant: Grant<TokenForConnectionParams> = async (server, params, options) => {
  requireText(params, 'connection')
  const [kind, subject] = 'accessToken' in params
    ? ['access_token', params.accessToken]
    : ['refresh_token', params.refreshToken]
  if (subject === undefined || subject === '') {
    throw new MissingRequiredArgumentError(kind === 'access_token' ? 'accessToken' : 'refreshToken')
  }
  return requestToken(server, {
    grant_type: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
    subject_token: subject,
    subject_token_type: `urn:ietf:params:oauth:token-type:${kind}`,
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection: params.connection,
    login_hint: params.loginHint,
    scope: params.scope
  }, { ...options, dpop: false })
}

export interface JwtBearerParams {
  assertion: string
  scope?: string | undefined
  resource?: string | undefined
}

/** An identity assertion for an access token (Cross App Access). @see RFC 7523 section 2.1 */
export const jwtBearerGrant: Grant<JwtBearerParams> = async (server, params, options) => {
  requireText(params, 'assertion')
  const { assertion, scope, resource } = params
  return requestToken(server, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion, scope, resource },
    options)
}

export interface WebauthnParams extends AudienceAndScope {
  authSession: string
  /** What `navigator.credentials` answered, binary fields as base64url. */
  authnResponse: Record<string, unknown>
  /** The database connection. */
  realm?: string | undefined
  organization?: string | undefined
}

/** A passkey's answer. Sent as JSON, for it is an object. */
export const webauthnGrant: Grant<WebauthnParams> = async (server, params, options) => {
  requireText(params, 'authSession')
  const { authSession, authnResponse, realm, organization, audience, scope } = params
  if (authnResponse === undefined) throw new MissingRequiredArgumentError('authnResponse')
  return requestToken(server, {
    grant_type: 'urn:okta:params:oauth:grant-type:webauthn',
    auth_session: authSession,
    realm,
    organization,
    audience,
    scope
  }, { ...options, json: { authn_response: authnResponse } })
}
