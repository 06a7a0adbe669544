import { ConfigurationError } from '../errors.js'

/** Where methods of `@auth0/auth0-fastify` (`ServerClient`) are that `request.auth0` has not, or not by that name. */
export interface FormerClientNames {
  /** @deprecated It needs no session: `fastify.auth0.customTokenExchange()`. */
  readonly customTokenExchange: never
  /** @deprecated It needs no session: `fastify.auth0.handleBackchannelLogout()`. */
  readonly handleBackchannelLogout: never
  /** @deprecated Use `request.auth0.passwordless.start()`. */
  readonly startPasswordless: never
  /** @deprecated Use `request.auth0.passwordless.verify()`. */
  readonly completePasswordless: never
  /** @deprecated Use `request.auth0.completeInteractiveLogin()`. */
  readonly completePasswordlessMagicLink: never
  /** @deprecated Use `request.auth0.passkeys`. */
  readonly passkey: never
  /** @deprecated Use `fastify.auth0.authentication.database`. */
  readonly database: never
  /** @deprecated Use `fastify.auth0.authentication`. */
  readonly authClient: never
  /** @deprecated Logout revokes it; otherwise `fastify.auth0.authentication.revokeToken()`. */
  readonly revokeRefreshToken: never
  /** @deprecated It needs no session: `fastify.auth0.getTokenByRefreshToken()`. */
  readonly getTokenByRefreshToken: never
  /** @deprecated It needs no session: `fastify.auth0.getTokenForConnection()`. */
  readonly getTokenForConnection: never
  /** @deprecated It needs no session: `fastify.auth0.backchannelAuthentication()`. */
  readonly backchannelAuthentication: never
  /** @deprecated It needs no session: `fastify.auth0.initiateBackchannelAuthentication()`. */
  readonly initiateBackchannelAuthentication: never
  /** @deprecated It needs no session: `fastify.auth0.backchannelAuthenticationGrant()`. */
  readonly backchannelAuthenticationGrant: never
}

export const FORMER_CLIENT_NAMES: Readonly<Record<keyof FormerClientNames, string>> = {
  customTokenExchange: 'fastify.auth0.customTokenExchange()',
  handleBackchannelLogout: 'fastify.auth0.handleBackchannelLogout()',
  startPasswordless: 'request.auth0.passwordless.start()',
  completePasswordless: 'request.auth0.passwordless.verify()',
  completePasswordlessMagicLink: 'request.auth0.completeInteractiveLogin()',
  passkey: 'request.auth0.passkeys, with "signupChallenge" for "register", "loginChallenge" for "challenge" and ' +
    '"signIn" for "getToken"',
  database: 'fastify.auth0.authentication.database',
  authClient: 'fastify.auth0.authentication',
  revokeRefreshToken: 'request.auth0.logout(), which revokes it, or fastify.auth0.authentication.revokeToken()',
  getTokenByRefreshToken: 'fastify.auth0.getTokenByRefreshToken()',
  getTokenForConnection: 'fastify.auth0.getTokenForConnection()',
  backchannelAuthentication: 'fastify.auth0.backchannelAuthentication()',
  initiateBackchannelAuthentication: 'fastify.auth0.initiateBackchannelAuthentication()',
  backchannelAuthenticationGrant: 'fastify.auth0.backchannelAuthenticationGrant()'
}

/** The same for `request.auth0.mfa`. */
export interface FormerMfaNames {
  /** @deprecated Use `request.auth0.mfa.enroll()`. */
  readonly enrollAuthenticator: never
  /** @deprecated Use `request.auth0.mfa.challenge()`. */
  readonly challengeAuthenticator: never
}

export const FORMER_MFA_NAMES: Readonly<Record<keyof FormerMfaNames, string>> = {
  enrollAuthenticator: 'request.auth0.mfa.enroll()',
  challengeAuthenticator: 'request.auth0.mfa.challenge()'
}

/** Makes `target` answer former names with the new ones. They are not listed. */
export function withFormerNames<T extends object, F> (target: T, owner: string,
  names: Readonly<Record<keyof F & string, string>>): T & F {
  for (const [name, now] of Object.entries(names) as [string, string][]) {
    Object.defineProperty(target, name, {
      configurable: true,
      get () {
        throw new ConfigurationError(name, `"${owner}.${name}" does not exist. Use ${now}.`)
      }
    })
  }
  return target as T & F
}

/** The names of other libraries that `request.auth0` explains. */
export class FormerClient {}
export interface FormerClient extends FormerClientNames {}
withFormerNames<FormerClient, FormerClientNames>(FormerClient.prototype, 'request.auth0', FORMER_CLIENT_NAMES)
