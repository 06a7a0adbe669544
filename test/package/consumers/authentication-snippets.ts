// What programs do with the Authentication API. Compiled, never run: under `strict`, with and without
// `exactOptionalPropertyTypes`.
import {
  ApiError, AuthenticationClient, ConfigurationError, MfaRequiredError, MyAccountClient, NetworkError, PollingApiError,
  RateLimitError, TokenVerifier, type Authenticator, type AuthenticationClientOptions, type IdTokenClaims,
  type TokenResponse, type UserClaims
} from 'fastify-auth0/authentication'
import { ManagementClient } from 'fastify-auth0/management'

const domain = 'acme.eu.auth0.com'
const audience = 'https://api.example.com'
const connection = 'Username-Password-Authentication'
const client = new AuthenticationClient({ domain, clientId: 'app', clientSecret: 'secret' })

/** Variables of the environment: a text or nothing. */
declare const env: Record<string, string | undefined>
/** Settings of an application: what is not set is `undefined`. */
declare const settings: {
  timeout: number | undefined,
  telemetry: boolean | undefined,
  tolerance: number | undefined,
  maxAge: number | undefined,
  now: (() => number) | undefined,
  retries: number | undefined
}
/** What a browser's `credential.toJSON()` gave, as other libraries declare it. */
interface CredentialJson { id: string, rawId: string, type: 'public-key', response: { clientDataJSON: string } }
declare const credential: CredentialJson
/** What Apple's SDK tells at the first login. */
interface AppleUser { name?: { firstName?: string, lastName?: string }, email?: string }
declare const appleUser: AppleUser
/** What `jose.exportJWK()` gives. */
interface Jwk { kty: string, kid?: string, alg?: string, n?: string, e?: string, [name: string]: unknown }

export const clients = {
  ofEnvironment: () => new AuthenticationClient({
    domain: env.AUTH0_DOMAIN!,
    clientId: env.AUTH0_CLIENT_ID!,
    clientSecret: env.AUTH0_CLIENT_SECRET,
    httpTimeout: settings.timeout,
    telemetry: settings.telemetry,
    discoveryTtl: settings.maxAge,
    jwksMaxAge: settings.maxAge,
    clockTolerance: settings.tolerance,
    now: settings.now,
    idTokenSigningAlg: undefined,
    dpop: undefined,
    retry: undefined
  }),
  withKey: (key: Jwk) => new AuthenticationClient({ domain, clientId: 'app', clientAssertionSigningKey: key }),
  withKeyAtHand: () => new AuthenticationClient({
    domain,
    clientId: 'app',
    clientAssertionSigningKey: { kty: 'RSA', kid: 'key-1', alg: 'RS256', n: 'n', e: 'AQAB', d: 'd' }
  }),
  withProof: async () => new AuthenticationClient({
    domain,
    clientId: 'app',
    dpop: { key: await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']) }
  }),
  withRetries: (options: Partial<AuthenticationClientOptions>) => new AuthenticationClient({
    domain,
    clientId: 'app',
    retry: { retries: settings.retries ?? 2, maxDelay: undefined },
    customFetch: async (input, init) => await fetch(input, init),
    ...options
  }),
  /** One object for all of them. */
  ofOneObject () {
    const options = {
      domain,
      issuer: `https://${domain}/`,
      audience,
      clientId: 'app',
      clientSecret: 'secret',
      httpTimeout: settings.timeout,
      now: settings.now
    }
    return [new AuthenticationClient(options), new MyAccountClient(options), new TokenVerifier(options),
      new ManagementClient(options)]
  }
}

export const authentication = {
  login () {
    const { codeVerifier, codeChallenge } = client.authorize.pkce()
    const url = client.authorize.url({
      redirectUri: 'https://app.example.com/callback',
      state: 'state',
      codeChallenge,
      authorizationDetails: [{ type: 'payment', amount: 10 }],
      extra: { ext_theme: 'dark' }
    })
    return { url, codeVerifier }
  },
  pushed: async () => await client.authorize.pushedUrl({ redirectUri: 'https://app.example.com/callback', maxAge: 60 }),
  async redeem (code: string, codeVerifier: string, nonce: string): Promise<IdTokenClaims> {
    const tokens = await client.getToken.authorizationCode({ code, codeVerifier, redirectUri: env.REDIRECT_URI })
    return await client.verifier.verify(tokens.id_token!, { nonce, maxAge: settings.maxAge })
  },
  machine: async (signal?: AbortSignal) =>
    (await client.getToken.clientCredentials({ audience, organization: env.ORGANIZATION }, { signal })).access_token,
  password: async (username: string, password: string, ip: string) =>
    await client.getToken.passwordRealm({ username, password, realm: connection, audience }, { forwardedFor: ip }),
  async refresh (refreshToken: string): Promise<[string, string]> {
    const { access_token: token, refresh_token: next } = await client.getToken.refreshToken({ refreshToken })
    return [token, next ?? refreshToken]
  },
  signup: async () => (await client.database.signup({
    connection,
    email: 'ada@example.com',
    password: 'long enough',
    userMetadata: { plan: 'pro' }
  })).id,
  resetPassword: async (user: { email?: string, username?: string }): Promise<string> =>
    await client.database.changePassword({ ...user, connection }),
  async byCode (email: string, ask: () => Promise<string>): Promise<TokenResponse> {
    await client.passwordless.email({ email, send: 'code', authParams: { scope: 'openid' } })
    return await client.getToken.passwordlessOtp({ username: email, otp: await ask(), realm: 'email' })
  },
  async byCodeOfDatabase (phoneNumber: string, otp: string) {
    const { authSession } = await client.passwordless.otpChallenge({ connection, phoneNumber, deliveryMethod: 'voice' })
    return await client.getToken.passwordlessOtp({ authSession, otp })
  },
  async secondFactor (error: unknown, ask: (among: Authenticator[]) => Promise<string>): Promise<TokenResponse> {
    if (!(error instanceof MfaRequiredError)) throw error
    const { mfaToken, requirements } = error
    if (requirements.enroll?.some(({ type }) => type === 'otp')) await client.mfa.enroll({ mfaToken, factor: 'otp' })
    const list = await client.mfa.listAuthenticators({ mfaToken })
    const { oobCode } = await client.mfa.challenge({ mfaToken, authenticatorId: list[0]?.id })
    const code = await ask(list)
    return oobCode === undefined
      ? await client.getToken.mfaOtp({ mfaToken, otp: code })
      : await client.getToken.mfaOob({ mfaToken, oobCode, bindingCode: code })
  },
  async passkey (userProfile: { email: string, name?: string }): Promise<TokenResponse> {
    const { authSession, authnParamsPublicKey } = await client.passkeys.signupChallenge({ userProfile, connection })
    console.log(JSON.stringify(authnParamsPublicKey))
    return await client.getToken.webauthn({ authSession, authnResponse: credential, realm: connection })
  },
  async television (show: (code: string, uri: string) => void, signal: AbortSignal): Promise<TokenResponse> {
    const started = await client.device.start({ scope: 'openid offline_access', audience })
    show(started.userCode, started.verificationUriComplete ?? started.verificationUri)
    return await client.device.poll(started, { signal })
  },
  async confirmation (sub: string): Promise<boolean> {
    const started = await client.backchannel.start({ bindingMessage: 'Pay 10', loginHint: { sub } })
    return await client.backchannel.poll(started).then(() => true, (error: unknown) => {
      if (error instanceof PollingApiError && error.code === 'expired_token') return false
      throw error
    })
  },
  exchange: async (subjectToken: string) => await client.getToken.tokenExchange({
    subjectToken,
    audience,
    subjectTokenType: 'urn:example:legacy-token',
    extra: { device_id: 'device-1', tags: ['a', 'b'] }
  }),
  ofProvider: async (tokens: { refreshToken: string }) =>
    await client.getToken.tokenForConnection({ connection: 'google-oauth2', ...tokens, loginHint: env.LOGIN_HINT }),
  apple: async (code: string) => await client.social.nativeLogin({
    subjectToken: code,
    kind: 'apple-authz-code',
    userProfile: appleUser
  }),
  async profile (accessToken: string): Promise<string | undefined> {
    const user: UserClaims = await client.users.userInfo(accessToken, { timeout: 2 })
    return user.email_verified === true ? user.email : undefined
  },
  async logout (refreshToken: string, idToken: string | undefined): Promise<string> {
    await client.revokeToken({ token: refreshToken })
    return client.logout.oidcUrl({ idTokenHint: idToken, returnTo: 'https://app.example.com', federated: true })
  },
  explain (error: unknown): string {
    if (error instanceof RateLimitError) return `Wait ${error.retryAfter ?? 0} s.`
    if (error instanceof ApiError) return `${error.call ?? ''}: ${error.status} ${error.code}`
    if (error instanceof ConfigurationError) return error.option
    return error instanceof NetworkError ? error.code : String(error)
  }
}
