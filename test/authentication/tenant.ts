import { createHttp, type HttpOptions } from '../../lib/http/send.js'
import {
  createAuthorizationServer, type AuthorizationServer, type AuthorizationServerOptions
} from '../../lib/authentication/server/authorization-server.js'
import { ScriptedTenant, type Answer, type Script, type Seen } from '../fixtures/scripted-tenant.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'

export const domain = 'acme.eu.auth0.com'
export const issuer = `https://${domain}/`
export const start = 1_800_000_000

const mtls = metadataOf(`https://mtls.${domain}/`)

export const metadata = {
  ...metadataOf(issuer),
  mtls_endpoint_aliases: {
    token_endpoint: mtls.token_endpoint,
    revocation_endpoint: mtls.revocation_endpoint,
    pushed_authorization_request_endpoint: mtls.pushed_authorization_request_endpoint,
    backchannel_authentication_endpoint: mtls.backchannel_authentication_endpoint
  }
}

export const discovery = 'GET /.well-known/openid-configuration'

/** The scripted tenant with a client at it; what is not scripted is not found, but for the metadata. */
export class Tenant extends ScriptedTenant {
  readonly #clock: { now: number }
  readonly #otherwise: Answer

  constructor (script: Record<string, Script> = {}, otherwise: Answer = { status: 404, json: { error: 'not_found' } }) {
    const clock = { now: start }
    super({ now: () => clock.now })
    this.#clock = clock
    this.#otherwise = otherwise
    for (const [route, given] of Object.entries({ [discovery]: { json: metadata }, ...script })) {
      this.scripts.set(route, given)
    }
  }

  get now (): number {
    return this.#clock.now
  }

  set now (time: number) {
    this.#clock.now = time
  }

  protected override usual (): Answer {
    return this.#otherwise
  }

  /** What it was asked beside its metadata. */
  get seen (): Seen[] {
    return this.requests.filter(({ path }) => path !== '/.well-known/openid-configuration')
  }

  get discoveries (): number {
    return this.requests.length - this.seen.length
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
    return Object.fromEntries(this.seen.at(-1)!.form)
  }

  /** The last request's JSON. */
  get json (): Record<string, unknown> {
    return this.seen.at(-1)!.json
  }
}

/** A client as a program sees it that no compiler checks. */
export type Unchecked<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => infer R ? (...args: unknown[]) => R : Unchecked<T[K]>
}

/** The code and message of what a call throws. */
export async function failure (
  call: Promise<unknown>
): Promise<Error & { code: string, statusCode: number, argument?: string }> {
  return call.then(() => {
    throw new Error('it did not fail')
  }, (error: Error & { code: string, statusCode: number }) => error)
}
