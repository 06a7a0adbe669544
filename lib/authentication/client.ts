import type {
  ClientAuthenticationOptions, DpopKeyInput, IdTokenAlgorithm, StandaloneHttpOptions
} from '../../types/options.js'
import { systemClock } from '../base/clock.js'
import { lazily, lazyMethods } from '../base/lazily.js'
import { readHttpTimeout, checkClientOptions, usesMutualTls } from '../base/client-options.js'
import { ConfigurationError } from '../errors.js'
import type { RetryPolicy } from '../http/retry.js'
import { createHttp, type Http } from '../http/send.js'
import { algorithmNames, isKnownAlgorithm } from '../tokens/algorithms.js'
import { createAssertionSigner } from '../tokens/assertion.js'
import { TokenVerifier } from '../tokens/verifier.js'
import { createAuthorizationServer, type AuthorizationServer } from './server/authorization-server.js'
import type * as groups from './client-methods.js'
import type { RevokeTokenParams } from './api/revoke.js'
import type { RequestOptions } from './server/request-options.js'
import { authorize, logout, pushedAuthorization } from './url-methods.js'

/** What calls Auth0 is loaded with the first call. */
const operations = lazily('AuthenticationClient', () => import('./client-methods.js'))

/** Options of `AuthenticationClient`. Of several ways to authenticate the signing key wins. */
export interface AuthenticationClientOptions extends ClientAuthenticationOptions, StandaloneHttpOptions {
  /** Auth0 domain or custom domain: a host, or its URL. */
  domain: string
  clientId: string
  /** Bind tokens to a key. @see RFC 9449 */
  dpop?: boolean | { key: DpopKeyInput } | undefined
  /** How often requests that only read are repeated when the network or Auth0 fails. Default 0. */
  retry?: { retries: number, maxDelay?: number | undefined } | undefined
  /** Seconds the tenant's metadata is fresh. Default 600. */
  discoveryTtl?: number | undefined
  /** Seconds the tenant's signing keys are fresh. Default 600. */
  jwksMaxAge?: number | undefined
  /** Seconds of clock difference that are forgiven when a token is verified. Default 30. */
  clockTolerance?: number | undefined
  /** How Auth0 signs this client's ID tokens. Default `RS256`; `HS256` needs `clientSecret`. */
  idTokenSigningAlg?: IdTokenAlgorithm | undefined
  /** The clock, epoch seconds. */
  now?: (() => number) | undefined
}

/** Auth0's Authentication API. It keeps no session and knows no web framework. */
export class AuthenticationClient {
  /** The URL that begins a login, and what goes with it. */
  readonly authorize: ReturnType<typeof authorize>
  /** Authorization requests through the back channel. @see RFC 9126 */
  readonly pushedAuthorization: ReturnType<typeof pushedAuthorization>
  /** Tokens, one method per grant. */
  readonly getToken: ReturnType<typeof groups.getToken>
  /** Users of database connections. */
  readonly database: ReturnType<typeof groups.database>
  /** Codes and links by e-mail and text message. */
  readonly passwordless: ReturnType<typeof groups.passwordless>
  /** Logins that the user confirms on another device (CIBA). */
  readonly backchannel: ReturnType<typeof groups.backchannel>
  /** Logins of devices without a browser. @see RFC 8628 */
  readonly device: ReturnType<typeof groups.device>
  /** Second factors. */
  readonly mfa: ReturnType<typeof groups.mfa>
  readonly passkeys: ReturnType<typeof groups.passkeys>
  /** Who a token is about. */
  readonly users: ReturnType<typeof groups.users>
  readonly logout: ReturnType<typeof logout>
  readonly social: ReturnType<typeof groups.social>
  readonly delegated: ReturnType<typeof groups.delegated>
  /** SAML and WS-Federation metadata. */
  readonly enterprise: ReturnType<typeof groups.enterprise>
  /** Sessions of visitors who have not logged in (beta: Auth0 may change it). */
  readonly anonymous: ReturnType<typeof groups.anonymous>
  /** @see RFC 7591 */
  readonly dynamicRegistration: ReturnType<typeof groups.dynamicRegistration>
  readonly #server: AuthorizationServer
  readonly #options: AuthenticationClientOptions
  readonly #shares: boolean
  #verifier: TokenVerifier | undefined

  constructor (options: AuthenticationClientOptions)
  /** @internal Over what the plugin has of the tenant already: connections, metadata, keys. */
  constructor (options: AuthenticationClientOptions, shared: AuthorizationServer)
  constructor (options: AuthenticationClientOptions, shared?: AuthorizationServer) {
    const server = shared ?? serverOf(options)
    this.#server = server
    this.#shares = shared !== undefined
    this.#options = options
    this.authorize = authorize(server)
    this.pushedAuthorization = pushedAuthorization(server)
    this.getToken = lazyMethods({
      authorizationCode: true,
      clientCredentials: true,
      password: true,
      passwordRealm: true,
      refreshToken: true,
      passwordlessOtp: true,
      mfaOtp: true,
      mfaOob: true,
      mfaRecoveryCode: true,
      deviceCode: true,
      ciba: true,
      tokenExchange: true,
      tokenForConnection: true,
      jwtBearer: true,
      webauthn: true
    }, async () => (await operations()).getToken(server))
    this.database = lazyMethods({ signup: true, changePassword: true, login: true },
      async () => (await operations()).database(server))
    this.passwordless = lazyMethods({ email: true, sms: true, otpChallenge: true, smsLogin: true, verify: true },
      async () => (await operations()).passwordless(server))
    this.backchannel = lazyMethods({ start: true, poll: true }, async () => (await operations()).backchannel(server))
    this.device = lazyMethods({ start: true, poll: true }, async () => (await operations()).device(server))
    this.mfa = lazyMethods({ listAuthenticators: true, enroll: true, challenge: true, deleteAuthenticator: true },
      async () => (await operations()).mfa(server))
    this.passkeys = lazyMethods({ signupChallenge: true, loginChallenge: true },
      async () => (await operations()).passkeys(server))
    this.users = lazyMethods({ userInfo: true, tokenInfo: true, impersonate: true, unlink: true },
      async () => (await operations()).users(server))
    this.logout = logout(server)
    this.social = lazyMethods({ nativeLogin: true, login: true }, async () => (await operations()).social(server))
    this.delegated = lazyMethods({ getToken: true }, async () => (await operations()).delegated(server))
    this.enterprise = lazyMethods({ samlMetadata: true, wsfedMetadata: true },
      async () => (await operations()).enterprise(server))
    this.anonymous = lazyMethods({ createSession: true, getAccessToken: true, mintTransferToken: true },
      async () => (await operations()).anonymous(server))
    this.dynamicRegistration = lazyMethods({ register: true },
      async () => (await operations()).dynamicRegistration(server))
  }

  get domain (): string {
    return this.#server.domain
  }

  get clientId (): string {
    return this.#server.clientId
  }

  /** Revokes a refresh token. A token that is unknown already is no error. @see RFC 7009 */
  async revokeToken (params: RevokeTokenParams, options?: RequestOptions): Promise<void> {
    await (await operations()).revokeToken(this.#server, params, options)
  }

  /** Verifies ID tokens of this client. */
  get verifier (): TokenVerifier {
    const { clockTolerance, clientSecret, idTokenSigningAlg: algorithm = 'RS256' } = this.#options
    this.#verifier ??= new TokenVerifier({
      issuer: this.#server.issuer,
      audience: this.clientId,
      algorithm,
      ...(algorithm === 'HS256' ? { secret: clientSecret! } : { keys: this.#server.keys }),
      now: this.#server.now,
      clockTolerance
    })
    return this.#verifier
  }

  /** Closes kept connections; those of `fastify.auth0.authentication` are the plugin's, which closes them itself. */
  async close (): Promise<void> {
    if (!this.#shares) await this.#server.http.close()
  }
}

function serverOf (options: AuthenticationClientOptions): AuthorizationServer {
  checkOptions(options)
  const {
    clientAssertionSigningKey: key,
    clientAssertionSigningAlg: alg,
    clientAssertionSigningKeyId: keyId,
    now = systemClock
  } = options
  const assertionSigner = key === undefined ? undefined : createAssertionSigner({ key, alg, keyId })
  const http = withReadRetries(
    createHttp({ ...options, timeout: readHttpTimeout(options) }),
    options.retry ? { ...options.retry, now } : undefined
  )
  return createAuthorizationServer({ ...options, assertionSigner, tls: usesMutualTls(options), http, now })
}

/** Repeats what only reads; everything else happens once. */
function withReadRetries (http: Http, retry: RetryPolicy | undefined): Http {
  return retry === undefined
    ? http
    : { ...http, send: request => http.send(request.method === 'GET' ? { retry, ...request } : request) }
}

function checkOptions (options: AuthenticationClientOptions): void {
  checkClientOptions(options ?? {})
  for (const name of ['domain', 'clientId'] as const) {
    if (typeof options?.[name] !== 'string' || options[name] === '') {
      throw new ConfigurationError(name, `Option "${name}" must be given.`)
    }
  }
  if (options.idTokenSigningAlg !== undefined && !isKnownAlgorithm(options.idTokenSigningAlg)) {
    throw new ConfigurationError('idTokenSigningAlg',
      `Option "idTokenSigningAlg" must be one of ${algorithmNames.join(', ')}.`)
  }
  if (options.idTokenSigningAlg === 'HS256' && options.clientSecret === undefined) {
    throw new ConfigurationError('idTokenSigningAlg',
      'Option "idTokenSigningAlg" must not be HS256 without "clientSecret".')
  }
}
