import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A request the application made. */
export interface Seen {
  method: string
  path: string
  url: URL
  headers: Headers
  form: URLSearchParams
  json: Record<string, unknown>
}

export interface Reply {
  status?: number
  json?: unknown
  headers?: Record<string, string>
  text?: string
}
export type Script = (request: Seen) => Reply | undefined | Promise<Reply | undefined>

let pair: { privateKey: KeyObject, publicKey: KeyObject } | undefined

/** A tenant that answers as the test says; what it does not say is answered as Auth0 would. */
export class ScriptedTenant {
  readonly domain = 'acme.eu.auth0.com'
  issuer = 'https://acme.eu.auth0.com/'
  readonly clientId = 'client-1'
  readonly requests: Seen[] = []
  readonly scripts = new Map<string, Script>()
  /** Replaces members of the metadata; `undefined` takes one away. */
  metadata: Record<string, unknown> = {}
  sub = 'auth0|ada'
  claims: Record<string, unknown> = {}
  readonly #now: () => number
  #nonce = ''
  #counter = 0

  constructor (now: () => number) {
    this.#now = now
    pair ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input as string, init as RequestInit)
    const url = new URL(request.url)
    const body = await request.text()
    const seen: Seen = {
      method: request.method,
      path: url.pathname,
      url,
      headers: request.headers,
      form: new URLSearchParams(request.headers.get('content-type')?.includes('urlencoded') === true ? body : ''),
      json: request.headers.get('content-type')?.includes('json') === true
        ? JSON.parse(body) as Record<string, unknown>
        : {}
    }
    this.requests.push(seen)
    const script = this.scripts.get(`${seen.method} ${seen.path}`) ??
      this.scripts.get(seen.form.get('grant_type') ?? '')
    const reply = await script?.(seen) ?? this.#usual(seen)
    const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json))
    const status = reply.status ?? 200
    return new Response(status === 204 ? null : text, {
      status,
      headers: { 'content-type': 'application/json', ...reply.headers }
    })
  }

  #usual ({ method, path, form }: Seen): Reply {
    if (path === '/.well-known/openid-configuration') {
      return {
        json: {
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}authorize`,
          token_endpoint: `${this.issuer}oauth/token`,
          jwks_uri: `${this.issuer}.well-known/jwks.json`,
          userinfo_endpoint: `${this.issuer}userinfo`,
          revocation_endpoint: `${this.issuer}oauth/revoke`,
          pushed_authorization_request_endpoint: `${this.issuer}oauth/par`,
          backchannel_authentication_endpoint: `${this.issuer}bc-authorize`,
          end_session_endpoint: `${this.issuer}oidc/logout`,
          ...this.metadata
        }
      }
    }
    if (path === '/.well-known/jwks.json') {
      return {
        json: { keys: [{ ...pair!.publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'RS256', use: 'sig' }] }
      }
    }
    if (path === '/oauth/token') {
      return { json: this.tokens(form.get('grant_type') === 'authorization_code' ? { nonce: this.#nonce } : {}) }
    }
    if (path === '/userinfo') return { json: { sub: this.sub, nickname: 'from userinfo' } }
    if (path === '/oauth/revoke') return { status: 200 }
    return { status: 404, json: { error: 'not_found', error_description: `${method} ${path} is not scripted` } }
  }

  /** A token response with an ID token; each has other tokens. */
  tokens (claims: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): Record<string, unknown> {
    const n = ++this.#counter
    return {
      access_token: `opaque-access-${n}`,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `refresh-${n}`,
      id_token: this.idToken(claims),
      ...rest
    }
  }

  idToken (claims: Record<string, unknown> = {}): string {
    const now = Math.floor(this.#now())
    return this.jwt({
      iss: this.issuer,
      sub: this.sub,
      aud: this.clientId,
      iat: now,
      exp: now + 36_000,
      sid: 'sid-1',
      name: 'Ada',
      ...this.claims,
      ...claims
    })
  }

  jwt (payload: Record<string, unknown>, header: Record<string, unknown> = {}): string {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const input = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'key-1', ...header })}.${encode(payload)}`
    return `${input}.${createSign('RSA-SHA256').update(input).sign(pair!.privateKey, 'base64url')}`
  }

  /** A logout token for the session of the ID tokens; each has another id. */
  logoutToken (claims: Record<string, unknown> = {}): string {
    const now = Math.floor(this.#now())
    return this.jwt({
      iss: this.issuer,
      aud: this.clientId,
      iat: now,
      exp: now + 120,
      jti: `logout-${++this.#counter}`,
      sid: 'sid-1',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...claims
    }, { typ: 'logout+jwt' })
  }

  /** The path of the callback for a login that was sent to `location`. */
  callback (location: string, answer: Record<string, string> = { code: 'code-1' }): string {
    const url = new URL(location)
    this.#nonce = url.searchParams.get('nonce') ?? this.#nonce
    const target = new URL(url.searchParams.get('redirect_uri')!)
    for (const [name, value] of Object.entries({ ...answer, state: url.searchParams.get('state')! })) {
      target.searchParams.set(name, value)
    }
    return target.pathname + target.search
  }

  /** The requests to a path. */
  to (path: string): Seen[] {
    return this.requests.filter(request => request.path === path)
  }

  grants (type: string): Seen[] {
    return this.requests.filter(({ form }) => form.get('grant_type') === type)
  }
}

/** Answers as a tenant at whatever host is asked would, for its metadata. */
export const metadataOfAnyTenant: typeof fetch = async input => {
  const issuer = `https://${new URL(String(input)).host}/`
  return Response.json({
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}oauth/token`,
    jwks_uri: `${issuer}jwks`
  })
}
