import type { AuthorizationServer } from './server/authorization-server.js'
import {
  anonymousAccessToken, anonymousTransferToken, createAnonymousSession
} from './api/anonymous.js'
import { changePassword, signup } from './api/database.js'
import { registerClient } from './api/dynamic-registration.js'
import { samlMetadata, wsfedMetadata } from './api/enterprise.js'
import { bind, bindOptional } from './bind-operation.js'
import * as grants from './api/grants.js'
import * as legacy from './api/legacy.js'
import { challengeAuthenticator, deleteAuthenticator, enrollAuthenticator, listAuthenticators } from './api/mfa.js'
import { passkeyLoginChallenge, passkeySignupChallenge } from './api/passkeys.js'
import { startOtpChallenge, startPasswordlessEmail, startPasswordlessSms } from './api/passwordless.js'
import type { RequestOptions } from './server/request-options.js'
import { nativeSocialLogin } from './api/social.js'
import { fetchUserInfo, type UserInfoOptions } from './api/users.js'

export { backchannel, device } from './polling-methods.js'
export { revokeToken } from './api/revoke.js'

export function getToken (server: AuthorizationServer) {
  return {
    /** Redeems an authorization code, with `codeVerifier` where PKCE was used. */
    authorizationCode: bind(server, grants.authorizationCodeGrant),
    /** A token for the application itself. */
    clientCredentials: bind(server, grants.clientCredentialsGrant),
    /** The user's name and password, checked in the tenant's default directory. */
    password: bind(server, grants.passwordGrant),
    /** The user's name and password, checked in one connection. */
    passwordRealm: bind(server, grants.passwordRealmGrant),
    /** A new access token for a refresh token. */
    refreshToken: bind(server, grants.refreshTokenGrant),
    /** A one-time code sent by e-mail or text message. */
    passwordlessOtp: bind(server, grants.passwordlessOtpGrant),
    /** The second factor: a code of an authenticator app. */
    mfaOtp: bind(server, grants.mfaOtpGrant),
    /** The second factor: a text message, a call, an e-mail or a push notification. */
    mfaOob: bind(server, grants.mfaOobGrant),
    /** The second factor: a recovery code. */
    mfaRecoveryCode: bind(server, grants.mfaRecoveryCodeGrant),
    /** Asks once whether the user has finished on the other device; `device.poll()` goes on asking. */
    deviceCode: bind(server, grants.deviceCodeGrant),
    /** Asks once whether the user has answered; `backchannel.poll()` goes on asking. */
    ciba: bind(server, grants.cibaGrant),
    /** Exchanges one token for another. */
    tokenExchange: bind(server, grants.tokenExchangeGrant),
    /** The provider's own access token, from Token Vault. */
    tokenForConnection: bind(server, grants.tokenForConnectionGrant),
    /** An identity assertion for an access token (Cross App Access). */
    jwtBearer: bind(server, grants.jwtBearerGrant),
    /** A passkey's answer to `passkeys.signupChallenge()` or `passkeys.loginChallenge()`. */
    webauthn: bind(server, grants.webauthnGrant)
  }
}

export function database (server: AuthorizationServer) {
  return {
    signup: bind(server, signup),
    /** Sends the user an e-mail to choose a new password. */
    changePassword: bind(server, changePassword),
    /** @deprecated Auth0 switched `/oauth/ro` off for new tenants. Use `getToken.passwordRealm()`. */
    login: bind(server, legacy.login)
  }
}

export function passwordless (server: AuthorizationServer) {
  return {
    /** Sends a code or a link by e-mail; a code is redeemed with `getToken.passwordlessOtp()`. */
    email: bind(server, startPasswordlessEmail),
    /** Sends a code by text message. */
    sms: bind(server, startPasswordlessSms),
    /** Sends a code to a user of a database connection. */
    otpChallenge: bind(server, startOtpChallenge),
    /** @deprecated Auth0 switched `/oauth/ro` off for new tenants. Use `getToken.passwordlessOtp()`. */
    smsLogin: bind(server, legacy.smsLogin),
    /** @deprecated Tenants since June 2017 do not have `/passwordless/verify`. Use `getToken.passwordlessOtp()`. */
    verify: bind(server, legacy.verify)
  }
}

export function mfa (server: AuthorizationServer) {
  return {
    /** The user's second factors. */
    listAuthenticators: bind(server, listAuthenticators),
    /** Begins to enroll a second factor. */
    enroll: bind(server, enrollAuthenticator),
    /** Asks for the second factor; `getToken.mfaOtp()` or `getToken.mfaOob()` answers. */
    challenge: bind(server, challengeAuthenticator),
    deleteAuthenticator: bind(server, deleteAuthenticator)
  }
}

export function passkeys (server: AuthorizationServer) {
  return {
    /** Begins a signup with a passkey; `getToken.webauthn()` ends it. */
    signupChallenge: bind(server, passkeySignupChallenge),
    /** Begins a login with a passkey; `getToken.webauthn()` ends it. */
    loginChallenge: bindOptional(server, passkeyLoginChallenge)
  }
}

export function users (server: AuthorizationServer) {
  return {
    /** The user's claims, for an access token with scope `openid`. */
    userInfo: (accessToken: string, options?: UserInfoOptions) => fetchUserInfo(server, accessToken, options),
    /**
     * @deprecated `/tokeninfo` is switched off for new tenants. Verify the ID token with `TokenVerifier`, or use
     * `users.userInfo()`.
     */
    tokenInfo: bind(server, legacy.tokenInfo),
    /**
     * @deprecated Auth0 switched impersonation off for new tenants. Use delegated administration, or a session transfer
     * token by `getToken.tokenExchange()`.
     */
    impersonate: bind(server, legacy.impersonate),
    /** @deprecated Use the Management API: `DELETE /api/v2/users/{id}/identities/{provider}/{user_id}`. */
    unlink: bind(server, legacy.unlink)
  }
}

export function social (server: AuthorizationServer) {
  return {
    /** Logs in with what Apple's, Facebook's or Google's SDK gave a mobile application. */
    nativeLogin: bind(server, nativeSocialLogin),
    /** @deprecated `/oauth/access_token` is legacy. Use `social.nativeLogin()`, or the browser login. */
    login: bind(server, legacy.socialLogin)
  }
}

export function delegated (server: AuthorizationServer) {
  return {
    /** @deprecated `/delegation` is legacy. Use `getToken.tokenExchange()` or `getToken.refreshToken()`. */
    getToken: bind(server, legacy.delegation)
  }
}

export function enterprise (server: AuthorizationServer) {
  return {
    /** The SAML metadata of an application, XML. Default: this client's. */
    samlMetadata: bindOptional(server, samlMetadata),
    /** The WS-Federation metadata of the tenant, XML. */
    wsfedMetadata: (options?: RequestOptions) => wsfedMetadata(server, options)
  }
}

export function anonymous (server: AuthorizationServer) {
  return {
    /** Begins a session of a visitor who has not logged in (beta). */
    createSession: bindOptional(server, createAnonymousSession),
    /** A new access token for such a session (beta). */
    getAccessToken: bind(server, anonymousAccessToken),
    /** A token that hands the session over to a login, as `anon_transfer_token` (beta); good once, for 30 seconds. */
    mintTransferToken: bind(server, anonymousTransferToken)
  }
}

export function dynamicRegistration (server: AuthorizationServer) {
  return {
    /** Registers a new application; only where the tenant allows it to anyone. */
    register: bind(server, registerClient)
  }
}
