export { AuthenticationClient, type AuthenticationClientOptions } from './client.js'
export { MyAccountClient, type MyAccountClientOptions } from './my-account/my-account.js'
export { TokenVerifier, type TokenVerifierOptions, type VerifyAccessTokenOptions } from '../tokens/verifier.js'
export type { IdTokenDemands } from '../tokens/claims.js'
export type { JwsHeader } from '../tokens/jws-header.js'
export type { KeySource } from '../tokens/keys.js'
export * from '../errors.js'
export type * from '../../types/tokens.js'
export type { UserClaims } from '../../types/session.js'
export type {
  AssertionAlgorithm, DpopKeyInput, HttpClientOptions, IdTokenAlgorithm, Jwk, SigningKey, TelemetryOption,
  TlsCredentials
} from '../../types/options.js'
export type {
  AnonymousSession, AnonymousSessionParams, AnonymousToken, AnonymousTokenParams
} from './api/anonymous.js'
export type { AuthorizeParams } from './api/authorization-params.js'
export type {
  AuthenticationMethod, AuthenticationMethodEnrollment, AuthenticationMethodType, EnrollAuthenticationMethodParams,
  Factor, UpdateAuthenticationMethodParams, VerifyAuthenticationMethodParams
} from './my-account/authentication-methods.js'
export type { BackchannelAuthentication, BackchannelAuthenticationParams } from './api/backchannel.js'
export type {
  CompleteConnectAccountParams, ConnectAccount, ConnectAccountParams, ConnectedAccount, ConnectedAccountConnection,
  PageParams
} from './my-account/connected-accounts.js'
export type { ChangePasswordParams, SignedUpUser, SignupParams } from './api/database.js'
export type { DeviceAuthorization, DeviceAuthorizationParams } from './api/device.js'
export type { RegisterClientParams, RegisteredClient } from './api/dynamic-registration.js'
export type {
  AuthorizationCodeParams, CibaParams, ClientCredentialsParams, DeviceCodeParams, JwtBearerParams, MfaOobParams,
  MfaOtpParams, MfaRecoveryCodeParams, PasswordlessOtpParams, PasswordParams, PasswordRealmParams, RefreshTokenParams,
  TokenExchangeParams, TokenForConnectionParams, TokenRequestOptions, WebauthnParams
} from './api/grants.js'
export type {
  DelegationParams, LegacyImpersonateParams, LegacyLoginParams, LegacySmsLoginParams, LegacySocialLoginParams,
  LegacyUnlinkParams, LegacyVerifyParams
} from './api/legacy.js'
export type { LogoutUrlParams } from './api/logout.js'
export type {
  Authenticator, Challenge, ChallengeAuthenticatorParams, EnrollAuthenticatorParams, Enrollment, MfaFactor
} from './api/mfa.js'
export type { MyAccountOptions } from './my-account/my-account-call.js'
export type { PasskeyChallenge, PasskeyLoginParams, PasskeySignupParams, PasskeyUserProfile } from './api/passkeys.js'
export type {
  OtpChallengeParams, PasswordlessEmailParams, PasswordlessSmsParams, PasswordlessStart
} from './api/passwordless.js'
export type { PollOptions } from './polling-methods.js'
export type { RequestOptions } from './server/request-options.js'
export type { RevokeTokenParams } from './api/revoke.js'
export type { NativeSocialLoginParams, NativeSocialToken } from './api/social.js'
export type { UserInfoOptions } from './api/users.js'
