import { createHttp, type HttpOptions } from '../../lib/http/send.js'
import {
  createAuthorizationServer, type AuthorizationServer, type AuthorizationServerOptions
} from '../../lib/authentication/server/authorization-server.js'

/** A request as the tenant saw it. */
export interface Seen {
  method: string
  url: string
  path: string
  headers: Record<string, string>
  body: string
}

/** An answer: what it is, with JSON and 200 as the default. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  json?: unknown
  body?: string | undefined
  error?: Error
}

export type Reply = Answer | ((request: Seen) => Answer | Promise<Answer>)

/** Answers by `METHOD /path`; a list gives one answer after the other, and then its last. */
export type Script = Record<string, Reply | Reply[]>

export const domain = 'acme.eu.auth0.com'
export const issuer = `https://${domain}/`
export const start = 1_800_000_000

export const metadata = {
  issuer,
  authorization_endpoint: `${issuer}authorize`,
  token_endpoint: `${issuer}oauth/token`,
  jwks_uri: `${issuer}.well-known/jwks.json`,
  userinfo_endpoint: `${issuer}userinfo`,
  end_session_endpoint: `${issuer}oidc/logout`,
  revocation_endpoint: `${issuer}oauth/revoke`,
  pushed_authorization_request_endpoint: `${issuer}oauth/par`,
  backchannel_authentication_endpoint: `${issuer}bc-authorize`,
  device_authorization_endpoint: `${issuer}oauth/device/code`,
  mtls_endpoint_aliases: {
    token_endpoint: `https://mtls.${domain}/oauth/token`,
    revocation_endpoint: `https://mtls.${domain}/oauth/revoke`,
    pushed_authorization_request_endpoint: `https://mtls.${domain}/oauth/par`,
    backchannel_authentication_endpoint: `https://mtls.${domain}/bc-authorize`
  }
}

export const discovery = 'GET /.well-known/openid-configuration'

/** A tenant without a socket: its `customFetch`, and what it was asked beside its metadata. */
export class Tenant {
  readonly seen: Seen[] = []
  discoveries = 0
  now = start
  readonly #script: Script
  readonly #given = new Map<string, number>()

  constructor (script: Script = {}) {
    this.#script = { [discovery]: { json: metadata }, ...script }
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(input as string)
    const request: Seen = {
      method: init!.method!,
      url: url.href,
      path: url.pathname + url.search,
      headers: init!.headers as Record<string, string>,
      body: String(init!.body ?? '')
    }
    if (url.pathname === '/.well-known/openid-configuration') this.discoveries++
    else this.seen.push(request)
    const { status = 200, headers = {}, json, body = JSON.stringify(json), error } = await this.#answer(
      `${request.method} ${url.pathname}`,
      request
    )
    if (error !== undefined) throw error
    return new Response(body === '' || status === 204 ? null : body, {
      status,
      headers: { 'content-type': 'application/json', ...headers }
    })
  }

  async #answer (route: string, request: Seen): Promise<Answer> {
    const reply = this.#script[route]
    if (reply === undefined) {
      return { status: 404, json: { error: 'not_found', error_description: `nothing at ${route}` } }
    }
    const index = this.#given.get(route) ?? 0
    this.#given.set(route, index + 1)
    const one = Array.isArray(reply) ? reply[Math.min(index, reply.length - 1)]! : reply
    return typeof one === 'function' ? one(request) : one
  }

  /** The client at this tenant. */
  server (options: Partial<AuthorizationServerOptions> = {}, http: HttpOptions = {}): AuthorizationServer {
    return createAuthorizationServer({
      domain,
      clientId: 'client-1',
      clientSecret: 's3cret',
      http: createHttp({ customFetch: this.fetch, ...http }),
      now: () => this.now,
      ...options
    })
  }

  /** The last request's form. */
  get form (): Record<string, string> {
    return Object.fromEntries(new URLSearchParams(this.seen.at(-1)!.body))
  }

  /** The last request's JSON. */
  get json (): Record<string, unknown> {
    return JSON.parse(this.seen.at(-1)!.body) as Record<string, unknown>
  }
}

/** The code and message of what a call throws. */
export async function failure (
  call: Promise<unknown>
): Promise<Error & { code: string, statusCode: number, argument?: string }> {
  return call.then(() => {
    throw new Error('it did not fail')
  }, (error: Error & { code: string, statusCode: number }) => error)
}
