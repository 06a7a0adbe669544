import { lazily } from '../base/lazily.js'

/**
 * Flows that are not loaded with the plugin but when they are first called, which only methods that are async anyway
 * can do: those that few applications use, and those of a login, which are loaded when the server listens.
 */
export const logins = lazily('logins', () => import('./login/login.js'))
export const loginCallbacks = lazily('callbacks of logins', () => import('./login/complete-login.js'))
export const logouts = lazily('request.auth0.logout()', () => import('./logout/logout.js'))
export const mfaCalls = lazily('request.auth0.mfa', () => import('./login/mfa-calls.js'))
export const visitorSessions = lazily('request.auth0.anonymous', () => import('./login/anonymous.js'))
export const anonymousApi = lazily('fastify.auth0.anonymous', () => import('./login/anonymous-sessions.js'))
export const apiCalls = lazily('request.auth0.fetch()', () => import('./api/api-fetch.js'))
export const onBehalfOf = lazily('getTokenOnBehalfOf()', () => import('./api/on-behalf-of.js'))
export const connectedAccounts = lazily('connected accounts', () => import('./accounts/connected-accounts.js'))
export const myAccountApi = lazily('request.auth0.myAccount', () => import('./accounts/my-account.js'))
export const backchannelLogin = lazily('backchannel logins', () => import('./login/backchannel-login.js'))
export const enterpriseLogin = lazily('enterprise logins', () => import('./login/enterprise-login.js'))
export const exchangeLogin = lazily('loginWithCustomTokenExchange()', () => import('./login/exchange-login.js'))
export const accountLinking = lazily('account linking', () => import('./login/link-user.js'))
export const passkeyLogin = lazily('request.auth0.passkeys', () => import('./login/passkeys.js'))
export const passwordlessLogin = lazily('request.auth0.passwordless', () => import('./login/passwordless.js'))
export const backchannelLogout = lazily('back-channel logout', () => import('./logout/backchannel-logout.js'))
export const applicationTokens = lazily('tokens without a session', () => import('./tokens/application-tokens.js'))
export const connectionTokens = lazily('getAccessTokenForConnection()', () => import('./tokens/connection-token.js'))
export const userRefresh = lazily('refreshUser()', () => import('./tokens/refresh-user.js'))
export const sessionTransfer = lazily('requestSessionTransferToken()', () => import('./tokens/session-transfer.js'))
export const tokenExchange = lazily('token exchange', () => import('./tokens/token-exchange.js'))
