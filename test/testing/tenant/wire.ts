import { createHash, randomUUID } from 'node:crypto'
import type { LoginOptions, Tenant } from '../../../lib/testing/index.js'

/** An answer of the tenant, read. */
export interface WireAnswer {
  status: number
  headers: Headers
  /** The JSON body, or `{}`. */
  body: Record<string, unknown>
  text: string
}

/** A token answer. */
export interface Tokens {
  access_token: string
  id_token: string
  refresh_token: string
  scope: string
  expires_in: number
  token_type: string
  [member: string]: unknown
}

export const redirectUri = 'http://localhost:3000/callback'
export const codeVerifier = 'v'.repeat(43)
export const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url')

/** The claims of a JWT, unchecked. */
export function claimsOf (token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
}

/** The header of a JWT. */
export function headerOf (token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
}

/** The parameters of a callback URL. */
export function callbackParams (url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams)
}

/** Speaks with a tenant by plain requests, as one application. */
export class Wire {
  readonly tenant: Tenant
  readonly credentials: Record<string, string>

  constructor (tenant: Tenant,
    credentials: Record<string, string> = { client_id: 'app', client_secret: 'app-secret' }) {
    this.tenant = tenant
    this.credentials = credentials
  }

  authorizationUrl (params: Record<string, string | undefined> = {}): string {
    const all = {
      client_id: this.credentials.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile email offline_access',
      state: 'st',
      nonce: randomUUID(),
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      ...params
    }
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return `${this.tenant.issuer}authorize?${new URLSearchParams(given)}`
  }

  async send (method: string, path: string, body?: Record<string, unknown> | string,
    headers: Record<string, string> = {}): Promise<WireAnswer> {
    const type = typeof body === 'object'
      ? { 'content-type': 'application/json' }
      : body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    const response = await this.tenant.fetch(new URL(path, this.tenant.issuer), {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) })
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }

  /** POST of a form with this application's credentials. */
  async form (path: string, params: Record<string, string>, headers?: Record<string, string>): Promise<WireAnswer> {
    return this.send('POST', path, new URLSearchParams({ ...this.credentials, ...params }).toString(), headers)
  }

  async token (params: Record<string, string>, headers?: Record<string, string>): Promise<WireAnswer> {
    return this.form('/oauth/token', params, headers)
  }

  async exchange (callback: string, params: Record<string, string> = {},
    headers?: Record<string, string>): Promise<WireAnswer> {
    const { code = 'missing' } = callbackParams(callback)
    return this.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
      ...params
    }, headers)
  }

  /** A whole login. */
  async login (params: Record<string, string | undefined> = {}, options: Partial<LoginOptions> = {}): Promise<Tokens> {
    const callback = await this.tenant.login({ authorizationUrl: this.authorizationUrl(params), ...options })
    const { status, body } = await this.exchange(callback)
    if (status !== 200) throw new Error(`login failed: ${callback} ${JSON.stringify(body)}`)
    return body as Tokens
  }
}
