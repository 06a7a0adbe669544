import fastify, {
  type FastifyInstance, type FastifyReply, type FastifyRequest, type LightMyRequestResponse
} from 'fastify'
import type { Test } from 'tap'
import fastifyAuth0 from '../../lib/index.js'
import type { Auth0Event, Auth0Options } from '../../types/index.js'
import { ScriptedTenant } from '../fixtures/scripted-tenant.js'
import { Visitor } from '../fixtures/visitor.js'

/** An application with the plugin, a scripted tenant and a clock. */
export class Site {
  readonly clock = { now: 1_795_000_000 }
  readonly tenant = new ScriptedTenant({ now: () => this.clock.now })
  readonly events: Auth0Event[] = []
  readonly logs: string[] = []
  readonly app: FastifyInstance

  constructor (options: Partial<Auth0Options> = {}, server: object = {}) {
    this.app = fastify({
      logger: {
        level: 'trace',
        stream: {
          write: (line: string) => {
            this.logs.push(line)
          }
        }
      },
      pluginTimeout: 0,
      ...server
    })
    this.app.register(fastifyAuth0, this.options(options))
  }

  options (changes: Partial<Auth0Options> = {}): Auth0Options {
    const options: Auth0Options = {
      domain: this.tenant.domain,
      clientId: this.tenant.clientId,
      clientSecret: 'the secret of the client',
      appBaseUrl: 'https://app.example.test',
      sessionSecret: 'a session secret of enough characters',
      customFetch: this.tenant.fetch,
      httpTimeout: 60,
      now: () => this.clock.now,
      onEvent: event => {
        this.events.push(event)
      },
      ...changes
    }
    for (const [name, value] of Object.entries(options)) if (value === undefined) Reflect.deleteProperty(options, name)
    return options
  }

  /** Adds a route whose handler is the test's. */
  route (path: string, handler: (request: FastifyRequest, reply: FastifyReply) => unknown): this {
    this.app.after(() => {
      this.app.get(path, async (request, reply) => await handler(request, reply))
    })
    return this
  }

  browser (origin = 'https://app.example.test'): Visitor {
    return new Visitor(this.app, { origin, now: () => this.clock.now })
  }

  /** Starts a login; returns where the browser is sent. */
  async start (browser: Visitor, path = '/auth/login'): Promise<string> {
    const response = await browser.navigate(path)
    if (response.statusCode !== 302) throw new Error(`the login did not start: ${response.statusCode} ${response.body}`)
    return String(response.headers.location)
  }

  async login (browser: Visitor, path?: string): Promise<LightMyRequestResponse> {
    return await browser.navigate(this.tenant.callback(await this.start(browser, path)))
  }

  /** A browser that is logged in. */
  async member (path?: string): Promise<Visitor> {
    const browser = this.browser()
    const response = await this.login(browser, path)
    if (response.statusCode !== 302) throw new Error(`the login failed: ${response.statusCode} ${response.body}`)
    return browser
  }

  /** The tenant ends a session by a back-channel logout. */
  async backchannelLogout (claims: Record<string, unknown> = {}): Promise<void> {
    const { statusCode, body } = await this.app.inject({
      method: 'POST',
      url: '/auth/backchannel-logout',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `logout_token=${this.tenant.logoutToken(claims)}`
    })
    if (statusCode !== 200) throw new Error(`the back-channel logout failed: ${statusCode} ${body}`)
  }
}

/** Makes a site that closes with the test; the test adds what it is about before it asks. */
export function newSite (t: Test, options: Partial<Auth0Options> = {}, server: object = {}): Site {
  const made = new Site(options, server)
  t.teardown(async () => {
    await made.app.close()
  })
  return made
}

/** Makes a site with these routes that closes with the test. */
export async function site (t: Test, options: Partial<Auth0Options> = {},
  routes: Record<string, (request: FastifyRequest, reply: FastifyReply) => unknown> = {},
  server: object = {}): Promise<Site> {
  const made = newSite(t, options, server)
  for (const [path, handler] of Object.entries(routes)) made.route(path, handler)
  await made.app.ready()
  return made
}

const told = (error: { code: string, argument?: string, mfaToken?: string }): object => ({
  code: error.code,
  ...(error.argument !== undefined && { argument: error.argument }),
  ...(error.mfaToken !== undefined && { sealed: error.mfaToken })
})

/** A route that does `work` and answers with its result, or with the code of its error. */
export const does =
  (work: (request: FastifyRequest) => Promise<unknown>) => async (request: FastifyRequest): Promise<unknown> =>
    await work(request).then(value => ({ value: value instanceof URL ? value.href : value ?? null }),
      (error: Error) => ({ error: told(error as unknown as { code: string }) }))

export const ask = async (browser: Pick<Visitor, 'call'>,
  path: string): Promise<{ value?: never, error?: { code: string, sealed?: string } }> =>
  (await browser.call(path)).json() as never
