// What programs do with the My Account API, and with tokens that others bring. Compiled, never run: under `strict`,
// with and without `exactOptionalPropertyTypes`.
import { createPublicKey, type KeyObject } from 'node:crypto'
import {
  ApiError, ForbiddenError, MyAccountApiError, MyAccountClient, NetworkError, TokenValidationError, TokenVerifier,
  type AccessTokenClaims, type AuthenticationMethod, type AuthenticationMethodType, type ConnectedAccount,
  type IdTokenClaims, type JwsHeader, type KeySource, type MyAccountClientOptions, type TokenVerifierOptions
} from 'fastify-auth0/authentication'

const domain = 'acme.eu.auth0.com'
const issuer = `https://${domain}/`
const audience = 'https://api.example.com'
const client = new MyAccountClient({ domain })
const verifier = new TokenVerifier({ issuer, audience })

/** Settings of an application: what is not set is `undefined`. */
declare const settings: {
  timeout: number | undefined,
  tolerance: number | undefined,
  maxAge: number | undefined,
  secret: string | undefined,
  jwksUri: string | undefined,
  now: (() => number) | undefined
}
/** A field of a form, and what a query may hold. */
declare const form: { name?: string, otp?: string }
declare const query: { from: string | undefined, take: number | undefined }
/** What a browser's `credential.toJSON()` gave, as other libraries declare it. */
interface CredentialJson { id: string, rawId: string, type: 'public-key', response: { clientDataJSON: string } }
declare const credential: CredentialJson
/** What `jose.exportJWK()` gives. */
interface Jwk { kty: string, kid?: string, alg?: string, n?: string, e?: string, [name: string]: unknown }
declare const jwk: Jwk

export const accountClients = {
  ofSettings: () => new MyAccountClient({ domain, httpTimeout: settings.timeout, now: settings.now, dpop: undefined }),
  withProof: (key: Jwk) => new MyAccountClient({ domain, dpop: { key } }),
  withMore: (options: Partial<MyAccountClientOptions>) => new MyAccountClient({ domain, telemetry: false, ...options })
}

export const account = {
  audience: (): string => client.audience,
  factors: async (token: string) => (await client.getFactors(token)).map(({ type, usage }) => [type, usage?.join()]),
  methods: async (token: string): Promise<AuthenticationMethod[]> => await client.listAuthenticationMethods(token),
  ofType: async (token: string, type: AuthenticationMethodType | undefined) =>
    (await client.listAuthenticationMethods(token, { type })).filter(({ confirmed }) => confirmed === true),
  one: async (token: string, id: string): Promise<string | undefined> =>
    (await client.getAuthenticationMethod(token, id, { tokenType: 'DPoP', timeout: settings.timeout })).phoneNumber,
  rename: async (token: string, id: string) => await client.updateAuthenticationMethod(token, id, { name: form.name }),
  remove: async (token: string, id: string, signal?: AbortSignal) =>
    await client.deleteAuthenticationMethod(token, id, { signal }),
  async enrollPhone (token: string, phoneNumber: string, ask: () => Promise<string>) {
    const { authenticationMethodId, authSession } = await client.enrollAuthenticationMethod(token,
      { type: 'phone', phoneNumber, preferredAuthenticationMethod: 'voice' })
    return await client.verifyAuthenticationMethod(token, authenticationMethodId,
      { authSession, otpCode: await ask() })
  },
  async enrollApp (token: string): Promise<string> {
    const { barcodeUri } = await client.enrollAuthenticationMethod(token, { type: 'totp' })
    return String(barcodeUri)
  },
  async enrollPasskey (token: string) {
    const { authenticationMethodId: id, authSession, authnParamsPublicKey } =
      await client.enrollAuthenticationMethod(token, { type: 'passkey', connection: 'users' })
    console.log(JSON.stringify(authnParamsPublicKey))
    return (await client.verifyAuthenticationMethod(token, id, { authSession, authnResponse: credential })).createdAt
  },
  verify: async (token: string, id: string, authSession: string) =>
    await client.verifyAuthenticationMethod(token, id, { authSession, otpCode: form.otp }),
  async connect (token: string, state: string, codeChallenge: string): Promise<string> {
    const { connectUri, connectParams } = await client.connectAccount(token, {
      connection: 'google-oauth2',
      redirectUri: 'https://app.example.com/connected',
      state,
      codeChallenge,
      scopes: ['calendar']
    })
    return `${connectUri}?ticket=${connectParams.ticket}`
  },
  complete: async (token: string, authSession: string, connectCode: string, codeVerifier: string) =>
    (await client.completeConnectAccount(token, {
      authSession,
      connectCode,
      codeVerifier,
      redirectUri: 'https://app.example.com/connected'
    })).scopes ?? [],
  async all (token: string): Promise<ConnectedAccount[]> {
    const all: ConnectedAccount[] = []
    for (let from: string | undefined = ''; from !== undefined;) {
      const page: { accounts: ConnectedAccount[], next?: string } =
        await client.listConnectedAccounts(token, { take: 20, from: from === '' ? undefined : from })
      all.push(...page.accounts)
      from = page.next
    }
    return all
  },
  page: async (token: string) => await client.listConnectedAccounts(token, query),
  available: async (token: string) =>
    (await client.listConnectedAccountConnections(token, query)).connections.map(({ name }) => name),
  disconnect: async (token: string, { id }: ConnectedAccount) => await client.deleteConnectedAccount(token, id),
  explain (error: unknown): string[] {
    if (error instanceof MyAccountApiError) {
      return error.validationErrors.map(({ field, detail }) => `${field}: ${detail}`)
    }
    return [error instanceof ApiError ? `${error.status} ${error.code}` : String(error)]
  }
}

/** Keys from a store of the application's own. */
class OwnKeys implements KeySource {
  readonly #keys = new Map<string | undefined, KeyObject>()

  get ({ kid }: JwsHeader): KeyObject {
    return this.#keys.get(kid) ?? createPublicKey('pem')
  }
}

export const verifiers = {
  ofSettings: () => new TokenVerifier({
    issuer,
    audience,
    clockTolerance: settings.tolerance,
    now: settings.now,
    secret: settings.secret,
    jwksUri: settings.jwksUri,
    jwksMaxAge: settings.maxAge,
    algorithm: undefined,
    jwks: undefined,
    keys: undefined
  }),
  withSecret: (secret: string) => new TokenVerifier({ issuer, audience: 'app', algorithm: 'HS256', secret }),
  ofSeveralTenants: () => new TokenVerifier({
    issuer: [issuer, 'https://login.example.com/'] as const,
    audience,
    algorithm: ['RS256', 'PS256']
  }),
  withKeyAtHand: () => new TokenVerifier({
    issuer,
    audience,
    jwks: { keys: [{ kty: 'RSA', kid: 'key-1', use: 'sig', alg: 'RS256', n: 'n', e: 'AQAB' }] }
  }),
  withKeysOfJose: () => new TokenVerifier({ issuer, audience, jwks: { keys: [jwk] } }),
  withKeysOfAuth0: (jwks: { keys: { kty: string, kid: string, x5c: string[], n: string, e: string }[] }) =>
    new TokenVerifier({ issuer, audience, jwks }),
  withOwnKeys: () => new TokenVerifier({ issuer, audience, keys: new OwnKeys() }),
  withMore: (options: Partial<TokenVerifierOptions>) => new TokenVerifier({ issuer, audience, ...options })
}

export const tokens = {
  id: async (token: string, nonce: string | undefined): Promise<IdTokenClaims> =>
    await verifier.verify(token, { nonce, maxAge: settings.maxAge, organization: 'org_1' }),
  roles: async (token: string) => (await verifier.verify(token))['https://example.com/roles'] as string[] | undefined,
  withItsAccessToken: async (token: string, accessToken: string) =>
    (await verifier.verify(token, { accessToken, acrValues: 'urn:mfa' })).act?.sub,
  async caller (header: string | undefined): Promise<AccessTokenClaims | undefined> {
    const token = /^Bearer (.+)$/.exec(header ?? '')?.[1]
    return token === undefined ? undefined : await verifier.verifyAccessToken(token)
  },
  mayWrite: async (token: string, scopes: readonly string[] = ['write:items']): Promise<boolean> =>
    await verifier.verifyAccessToken(token, { scopes }).then(() => true, (error: unknown) => {
      if (error instanceof ForbiddenError) return false
      throw error
    }),
  permissions: async (token: string) =>
    (await verifier.verifyAccessToken(token, { permissions: ['read:items'], strictType: true })).permissions ?? [],
  anyOf: async (token: string) => await verifier.verifyAccessToken(token, {
    anyScope: ['admin', 'read:items'],
    audience: ['https://api.example.com', 'https://old.example.com'],
    organization: undefined
  }),
  boundTo: async (token: string): Promise<string | undefined> => (await verifier.verifyAccessToken(token)).cnf?.jkt,
  explain (error: unknown): string {
    if (error instanceof TokenValidationError) return `${error.code}: ${error.claim ?? ''}`
    return error instanceof NetworkError ? 'The keys could not be fetched.' : String(error)
  },
  close: async () => await verifier.close()
}
