export { AuthenticationClient, type AuthenticationClientOptions } from './client.js'
export { MyAccountClient, type MyAccountClientOptions } from './my-account.js'
export { TokenVerifier, type TokenVerifierOptions, type VerifyAccessTokenOptions } from '../tokens/verifier.js'
export * from '../errors.js'
export type * from '../../types/tokens.js'
export type { UserClaims } from '../../types/session.js'
export type { AssertionAlgorithm, DpopKeyInput, HttpClientOptions, IdTokenAlgorithm, SigningKey, TelemetryOption, TlsCredentials } from '../../types/options.js'
export type { AuthorizeParams } from './authorization-params.js'
export type {
  AuthenticationMethod, AuthenticationMethodEnrollment, AuthenticationMethodType, EnrollAuthenticationMethodParams, Factor,
  UpdateAuthenticationMethodParams, VerifyAuthenticationMethodParams
} from './authentication-methods.js'
export type { BackchannelAuthentication, BackchannelAuthenticationParams } from './backchannel.js'
export type {
  CompleteConnectAccountParams, ConnectAccount, ConnectAccountParams, ConnectedAccount, ConnectedAccountConnection, PageParams
} from './connected-accounts.js'
export type { ChangePasswordParams, SignedUpUser, SignupParams } from './database.js'
export type { DeviceAuthorization, DeviceAuthorizationParams } from './device.js'
export type { RegisterClientParams, RegisteredClient } from './dynamic-registration.js'
export type {
  AuthorizationCodeParams, CibaParams, ClientCredentialsParams, DeviceCodeParams, JwtBearerParams, MfaOobParams, MfaOtpParams,
  MfaRecoveryCodeParams, PasswordlessOtpParams, PasswordParams, PasswordRealmParams, RefreshTokenParams, TokenExchangeParams,
  TokenForConnectionParams, TokenRequestOptions, WebauthnParams
} from './grants.js'
export type { LogoutUrlParams } from './logout.js'
export type { Authenticator, Challenge, ChallengeAuthenticatorParams, EnrollAuthenticatorParams, Enrollment, MfaFactor } from './mfa.js'
export type { MyAccountOptions } from './my-account-call.js'
export type { PasskeyChallenge, PasskeyLoginParams, PasskeySignupParams, PasskeyUserProfile } from './passkeys.js'
export type { OtpChallengeParams, PasswordlessEmailParams, PasswordlessSmsParams, PasswordlessStart } from './passwordless.js'
export type { PollOptions } from './groups.js'
export type { RequestOptions } from './request-options.js'
export type { RevokeTokenParams } from './revoke.js'
export type { NativeSocialLoginParams, NativeSocialToken } from './social.js'
export type { UserInfoOptions } from './users.js'
