import { createHash, createPublicKey, randomBytes, verify, type KeyObject } from 'node:crypto'
import { jws, type JwsParts, type TestKey } from '../fixtures/jws.js'
import { ScriptedTenant, type RawAnswer, type ScriptedTenantOptions, type Seen } from '../fixtures/scripted-tenant.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'

export type EndpointName = 'discovery' | 'jwks' | 'par' | 'token' | 'userinfo' | 'revocation' | 'bc-authorize'
  | 'connect' | 'complete' | 'accounts' | 'unknown'

/** A request as the provider saw it. */
export interface SeenRequest extends Seen {
  endpoint: EndpointName
}

/** Replaces an answer; gets the correct one and how often this endpoint was asked before. */
export type AnswerDefect = (correct: RawAnswer, request: SeenRequest, nth: number) => RawAnswer | Promise<RawAnswer>

/** What is wrong with the ID token. Every part can be replaced; what is left out stays correct. */
export interface IdTokenDefect {
  header?: (correct: Record<string, unknown>) => unknown
  payload?: (correct: Record<string, unknown>) => unknown
  key?: KeyObject
  sign?: (input: string) => Uint8Array
  /** The whole token; `undefined` leaves it out of the answer. */
  token?: (correct: string) => unknown
}

export interface Defects {
  idToken?: IdTokenDefect
  /** Changes the parameters of the authorization response. */
  response?: (correct: URLSearchParams) => void
  answers?: Partial<Record<EndpointName, AnswerDefect>>
  /** Refuses a request before it is looked at: nothing is used up by it. */
  refuse?: (request: SeenRequest) => RawAnswer | undefined
}

interface Grant {
  params: URLSearchParams
  user: Record<string, unknown>
  redeemed: boolean
  authTime: number
  sid: string
}

export interface IdpOptions extends ScriptedTenantOptions {
  clientSecret?: string
  /** Public key of a client that authenticates with an assertion. */
  clientKey?: KeyObject
  metadata?: Record<string, unknown>
}

/** The claims about the user of every correct login. The values are canaries: they may not turn up in pages or logs. */
export const canaryUser = {
  sub: 'auth0|canary-sub-7f3a',
  name: 'Canary Name-5c1e',
  nickname: 'canary-nick-99d0',
  email: 'canary-mail-41aa@users.test',
  email_verified: true,
  picture: 'https://pictures.test/canary-picture-02bb.png',
  updated_at: '2026-11-20T20:00:00.000Z'
}

/**
 * The scripted tenant as an attacker has it: every byte of its answers can be replaced. As long as none is, it checks
 * all that the plugin sends as Auth0 does, and it remembers what must not be read outside.
 */
export class HostileIdp extends ScriptedTenant {
  readonly clientSecret: string
  readonly clientKey: KeyObject | undefined
  defects: Defects = {}
  user: Record<string, unknown> = canaryUser
  /** Everything secret that the provider gave out or received. */
  readonly secrets = new Set<string>()
  declare readonly requests: SeenRequest[]
  readonly #codes = new Map<string, Grant>()
  readonly #refreshTokens = new Map<string, Grant>()
  readonly #accessTokens = new Map<string, Grant>()
  readonly #pushed = new Map<string, URLSearchParams>()
  readonly #counts = new Map<EndpointName, number>()
  lastIdToken: string | undefined

  constructor (options: IdpOptions) {
    super({ issuer: 'https://tenant.auth0.test/', clientId: 'hostile-client', ...options })
    this.clientSecret = options.clientSecret ?? 'client-secret-canary-3d1f0a'
    this.clientKey = options.clientKey
    this.metadata = { ...metadataOf(this.issuer), ...options.metadata }
    this.secrets.add(this.clientSecret)
  }

  /** How many requests an endpoint got. */
  count (endpoint: EndpointName): number {
    return this.requests.filter(request => request.endpoint === endpoint).length
  }

  last (endpoint: EndpointName): SeenRequest {
    const request = this.requests.findLast(one => one.endpoint === endpoint)
    if (!request) throw new Error(`nothing was sent to ${endpoint}`)
    return request
  }

  /** Answers after the defect of the endpoint had its say. */
  protected override async reply (seen: Seen): Promise<RawAnswer> {
    const endpoint = this.#endpointOf(seen.url)
    const request: SeenRequest = Object.assign(seen, { endpoint })
    const { form, headers } = request
    const nth = this.#counts.get(endpoint) ?? 0
    this.#counts.set(endpoint, nth + 1)
    for (
      const name of ['code', 'code_verifier', 'client_assertion', 'refresh_token', 'client_secret', 'subject_token',
        'actor_token']
    ) this.#keep(form.get(name))
    if (headers.authorization) this.#keep(headers.authorization.slice(headers.authorization.indexOf(' ') + 1))
    const refusal = this.defects.refuse?.(request)
    if (refusal !== undefined) return refusal
    const correct = this.#correct(request)
    const defect = this.defects.answers?.[endpoint]
    return defect ? await defect(correct, request, nth) : correct
  }

  /**
   * What the user agent brings back from the authorization endpoint.
   * `location` is where the plugin sent the browser.
   */
  authorize (location: string): { redirectUri: string, params: URLSearchParams, responseMode: string } {
    const url = new URL(location)
    let asked = url.searchParams
    const requestUri = asked.get('request_uri')
    if (requestUri) {
      const pushed = this.#pushed.get(requestUri)
      if (!pushed) throw new Error('unknown request_uri')
      asked = pushed
    }
    const code = this.#fresh('code')
    this.#codes.set(code, {
      params: asked,
      user: this.user,
      redeemed: false,
      authTime: this.clock(),
      sid: this.#random('sid')
    })
    this.#keep(asked.get('nonce'))
    const params = new URLSearchParams({ code, state: asked.get('state') ?? '' })
    if (this.metadata.authorization_response_iss_parameter_supported === true) params.set('iss', this.issuer)
    this.defects.response?.(params)
    return { redirectUri: asked.get('redirect_uri') ?? '', params, responseMode: asked.get('response_mode') ?? 'query' }
  }

  /** The parameters of the authorization request at `location`, pushed or not. */
  asked (location: string): URLSearchParams {
    const params = new URL(location).searchParams
    return this.#pushed.get(params.get('request_uri') ?? '') ?? params
  }

  /** An ID token for these claims, with the current defect applied. */
  defectiveIdToken (claims: Record<string, unknown>, accessToken?: string): unknown {
    const [key] = this.keys as [TestKey]
    const defect = this.defects.idToken ?? {}
    const correctHeader = { alg: key.jwk.alg, typ: 'JWT', kid: key.kid }
    const correctPayload = {
      ...this.issued(36_000),
      ...(accessToken === undefined ? {} : { at_hash: atHash(accessToken) }),
      ...claims
    }
    const header = defect.header ? defect.header(correctHeader) : correctHeader
    const payload = defect.payload ? defect.payload(correctPayload) : correctPayload
    const token = jws({
      header,
      payload,
      key: defect.key ?? key.privateKey,
      ...(defect.sign ? { sign: defect.sign } : {})
    })
    const given = defect.token ? defect.token(token) : token
    if (typeof given === 'string' && given.length > 16) {
      this.lastIdToken = given
      for (const part of [given, ...given.split('.')]) if (part.length > 40) this.secrets.add(part)
    }
    return given
  }

  /** A signed logout token for nobody yet. */
  override logoutToken (claims: Record<string, unknown>, parts: Partial<JwsParts> = {}): string {
    const token = super.logoutToken({ jti: this.#random('jti'), sid: undefined, ...claims }, parts)
    this.#keep(token)
    return token
  }

  override apiToken (claims: Record<string, unknown>, header: Record<string, unknown> = {}, key?: TestKey): string {
    const token = super.apiToken({ sub: this.user.sub, ...claims }, header, key)
    this.#keep(token)
    return token
  }

  /** Forgets a refresh token, as a revocation at the tenant does. */
  forgetRefreshTokens (): void {
    this.#refreshTokens.clear()
  }

  /** Whether a refresh token is still good. */
  knowsRefreshToken (token: string): boolean {
    return this.#refreshTokens.has(token)
  }

  /** The user an access token was issued to. */
  ownerOf (accessToken: string): Record<string, unknown> | undefined {
    return this.#accessTokens.get(accessToken)?.user
  }

  #endpointOf (url: URL): EndpointName {
    if (url.pathname.endsWith('/.well-known/openid-configuration')) return 'discovery'
    const named: [EndpointName, unknown][] = [
      ['jwks', this.metadata.jwks_uri],
      ['par', this.metadata.pushed_authorization_request_endpoint],
      ['token', this.metadata.token_endpoint],
      ['userinfo', this.metadata.userinfo_endpoint],
      ['revocation', this.metadata.revocation_endpoint],
      ['bc-authorize', this.metadata.backchannel_authentication_endpoint]
    ]
    for (const [name, endpoint] of named) if (url.origin + url.pathname === endpoint) return name
    if (url.pathname === '/oauth/token') return 'token'
    if (url.pathname === '/.well-known/jwks.json') return 'jwks'
    if (url.pathname === '/me/v1/connected-accounts/connect') return 'connect'
    if (url.pathname === '/me/v1/connected-accounts/complete') return 'complete'
    if (url.pathname.startsWith('/me/v1/connected-accounts')) return 'accounts'
    return 'unknown'
  }

  #correct (request: SeenRequest): RawAnswer {
    switch (request.endpoint) {
      case 'discovery':
        return json(this.document())
      case 'jwks':
        return json({ keys: this.keys.map(key => key.jwk) })
      case 'par':
        return this.#par(request)
      case 'token':
        return this.#token(request)
      case 'userinfo':
        return this.#userinfo(request)
      case 'revocation':
        return this.#revoke(request)
      case 'bc-authorize': {
        if (!this.#authenticated(request)) {
          return json({ error: 'invalid_client', error_description: 'Unauthorized' }, 401)
        }
        return json({ auth_req_id: this.#fresh('auth-req'), expires_in: 120, interval: 5 })
      }
      case 'connect':
        return json({
          auth_session: this.#fresh('auth-session'),
          connect_uri: new URL('connect', this.issuer).href,
          connect_params: { ticket: this.#fresh('ticket') },
          expires_in: 300
        }, 201)
      case 'complete':
        return json({
          id: 'cac_1',
          connection: 'google-oauth2',
          access_type: 'offline',
          scopes: ['openid'],
          created_at: '2026-11-20T20:00:00.000Z'
        }, 201)
      case 'accounts':
        return json({ accounts: [] })
      default:
        return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' }
    }
  }

  #par (request: SeenRequest): RawAnswer {
    if (!this.#authenticated(request)) return json({ error: 'invalid_client', error_description: 'Unauthorized' }, 401)
    const requestUri = `urn:ietf:params:oauth:request_uri:${this.#random('par')}`
    this.#pushed.set(requestUri, request.form)
    return json({ request_uri: requestUri, expires_in: 30 }, 201)
  }

  #token (request: SeenRequest): RawAnswer {
    if (!this.#authenticated(request)) return json({ error: 'access_denied', error_description: 'Unauthorized' }, 401)
    const { form } = request
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#codeGrant(form)
      case 'refresh_token':
        return this.#refreshGrant(form)
      case 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token':
        return json({
          access_token: this.#fresh('connection-token'),
          expires_in: 3600,
          scope: 'read',
          issued_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
          token_type: 'Bearer'
        })
      case 'urn:openid:params:grant-type:ciba':
        return json(this.#grantTokens(this.#grantOf(form), false))
      case 'urn:ietf:params:oauth:grant-type:token-exchange':
        return json({
          ...this.#grantTokens(this.#grantOf(form), true),
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token'
        })
      default:
        return json({ error: 'unsupported_grant_type', error_description: 'Unsupported grant type' }, 400)
    }
  }

  #grantOf (form: URLSearchParams): Grant {
    const params = new URLSearchParams({ scope: form.get('scope') ?? 'openid profile email offline_access' })
    return { params, user: this.user, redeemed: true, authTime: this.clock(), sid: this.#random('sid') }
  }

  #codeGrant (form: URLSearchParams): RawAnswer {
    const grant = this.#codes.get(form.get('code') ?? '')
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url')
    if (!grant || grant.redeemed || grant.params.get('code_challenge') !== challenge ||
      grant.params.get('redirect_uri') !== form.get('redirect_uri')) {
      return json({ error: 'invalid_grant', error_description: 'Invalid authorization code' }, 403)
    }
    grant.redeemed = true
    return json(this.#grantTokens(grant, true))
  }

  #refreshGrant (form: URLSearchParams): RawAnswer {
    const given = form.get('refresh_token') ?? ''
    const grant = this.#refreshTokens.get(given)
    if (!grant) return json({ error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }, 403)
    this.#refreshTokens.delete(given)
    const answer = this.#grantTokens(grant, false)
    const scope = form.get('scope')
    return json(scope ? { ...answer, scope } : answer)
  }

  #grantTokens (grant: Grant, withNonce: boolean): Record<string, unknown> {
    const accessToken = this.#fresh('access')
    this.#accessTokens.set(accessToken, grant)
    const scope = grant.params.get('scope') ?? ''
    const nonce = grant.params.get('nonce')
    const idToken = this.defectiveIdToken({
      ...grant.user,
      sid: grant.sid,
      ...(withNonce && nonce !== null ? { nonce } : {}),
      ...(grant.params.has('max_age') ? { auth_time: Math.floor(grant.authTime) } : {})
    }, accessToken)
    const answer: Record<string, unknown> = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: 86_400,
      scope
    }
    if (idToken !== undefined) answer.id_token = idToken
    if (scope.split(' ').includes('offline_access')) {
      const refreshToken = this.#fresh('refresh')
      this.#refreshTokens.set(refreshToken, grant)
      answer.refresh_token = refreshToken
    }
    return answer
  }

  #userinfo (request: SeenRequest): RawAnswer {
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const grant = this.#accessTokens.get(token)
    return grant ? json({ ...grant.user, phone_number: '+15550100' }) : json({ error: 'invalid_token' }, 401)
  }

  #revoke (request: SeenRequest): RawAnswer {
    if (!this.#authenticated(request)) return json({ error: 'invalid_client' }, 401)
    this.#refreshTokens.delete(request.form.get('token') ?? '')
    return { status: 200, headers: {}, body: '' }
  }

  #authenticated ({ form, headers }: SeenRequest): boolean {
    const basic = /^basic (.+)$/i.exec(headers.authorization ?? '')?.[1]
    if (basic !== undefined) {
      const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':').map(formDecode)
      return id === this.clientId && secret === this.clientSecret
    }
    const assertion = form.get('client_assertion')
    if (assertion !== null && this.clientKey) return this.#assertionHolds(assertion, this.clientKey)
    return form.get('client_id') === this.clientId && form.get('client_secret') === this.clientSecret
  }

  #assertionHolds (assertion: string, key: KeyObject): boolean {
    const [header = '', payload = '', signed = ''] = assertion.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const publicKey = key.type === 'private' ? createPublicKey(key) : key
    return claims.aud === this.issuer && claims.sub === this.clientId &&
      verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signed, 'base64url'))
  }

  #random (kind: string): string {
    return `${kind}-${randomBytes(18).toString('base64url')}`
  }

  /** A random value that may not leak. */
  #fresh (kind: string): string {
    const value = this.#random(kind)
    this.secrets.add(value)
    return value
  }

  #keep (value: string | null): void {
    if (value !== null && value.length >= 16) this.secrets.add(value)
  }
}

export function json (value: unknown, status = 200, headers: Record<string, string> = {}): RawAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** The correct answer with some members changed; `undefined` takes a member out. */
export function changed (answer: RawAnswer, members: Record<string, unknown>): RawAnswer {
  const value: Record<string, unknown> = { ...JSON.parse(answer.body as string) as object }
  for (const [name, member] of Object.entries(members)) {
    if (member === undefined) delete value[name]
    else value[name] = member
  }
  return { ...answer, body: JSON.stringify(value) }
}

/** @see OpenID Connect Core section 3.1.3.6 */
export function atHash (accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url')
}

/** @see RFC 6749 appendix B */
function formDecode (value: string): string {
  return decodeURIComponent(value.replaceAll('+', ' '))
}
