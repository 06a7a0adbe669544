import './plugin/fastify.js'

export { fastifyAuth0, fastifyAuth0 as default } from './plugin/plugin.js'
export { ServerClient } from './flows/client.js'
export * from './errors.js'
export type * from '../types/index.js'
export type { Auth0Instance, BoundTo, DomainOption } from './plugin/instance.js'
export type { Guard, GuardReply, GuardRequest } from './plugin/guards/guard.js'
export type { CompletedLogin, CompleteInteractiveLoginOptions } from './flows/login/complete-login.js'
export type { BackchannelOptions, CompletedBackchannelLogin } from './flows/login/backchannel-login.js'
export type { EmbeddedCallOptions, EmbeddedLogin } from './flows/login/embedded-login.js'
export type { CompletedLink, CompleteLinkOptions, LinkUserOptions } from './flows/login/link-user.js'
export type { VerifiedMfa, VerifyMfaOptions } from './flows/login/mfa.js'
export type { PasskeySignInOptions } from './flows/login/passkeys.js'
export type { StartPasswordlessOptions, VerifyPasswordlessOptions } from './flows/login/passwordless.js'
export type { GetAccessTokenOptions } from './flows/tokens/access-token.js'
export type { ConnectionAccessToken, GetAccessTokenForConnectionOptions } from './flows/tokens/connection-token.js'
export type {
  CustomTokenExchangeOptions, SessionTransferOptions, SessionTransferToken, TokenByRefreshTokenOptions,
  TokenExchangeResult, TokenForConnectionOptions
} from './flows/tokens/token-exchange.js'
export type {
  CompletedConnectAccount, ConnectedAccountPage, ListConnectedAccountsOptions, StartConnectAccountOptions
} from './flows/accounts/connected-accounts.js'
export type { MfaToken } from './flows/tokens/mfa-token.js'
export type { Signalled } from './flows/accounts/my-account.js'
export type { ApiFetchOptions } from './flows/api/api-fetch.js'
export type { OnBehalfOfOptions } from './flows/api/on-behalf-of.js'
export type { LogoutOptions } from './flows/logout/logout.js'
export type { SessionPatch } from './flows/session/session.js'
export type { StartInteractiveLoginOptions, SwitchOrganizationOptions } from './flows/login/login.js'
export type { RevokeSessionsFilter } from './flows/logout/backchannel-logout.js'
