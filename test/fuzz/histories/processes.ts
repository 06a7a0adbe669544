import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import fastifyAuth0 from '../../../lib/index.js'
import { ScriptedTenant } from '../../fixtures/scripted-tenant.js'
import type { Mode } from './modes.js'

/** Secrets that open what was sealed: older ones are forgotten. */
const MOST_SECRETS = 4
export const INACTIVITY = 3600
export const ABSOLUTE = 4 * 3600
export const TOUCH_AFTER = 300

/** Processes of one application over what they share, a tenant and a clock. */
export class Processes {
  readonly mode: Mode
  /** Begins now, since Redis forgets by a clock of its own. */
  readonly clock = { now: Math.floor(Date.now() / 1000) }
  readonly tenant = new ScriptedTenant({ now: () => this.clock.now })
  /** What a refresh token that was not spent yet is for; a spent one is no longer here. */
  readonly #refreshTokens = new Map<string, { sub: string, sid: string }>()
  /** Refresh tokens that were sent again although an answer had come. */
  readonly sentTwice: string[] = []
  readonly #spent = new Set<string>()
  #apps: FastifyInstance[] = []
  #secrets = ['secret number 0 of quite enough characters']
  #made = 0
  readonly #stores: ReturnType<Mode['stores']>

  constructor (mode: Mode) {
    this.mode = mode
    this.#stores = mode.stores(() => this.clock.now)
    this.tenant.scripts.set('refresh_token', ({ form }) => {
      const token = form.get('refresh_token')!
      const owner = this.#refreshTokens.get(token)
      if (this.#spent.has(token)) this.sentTwice.push(token)
      if (owner === undefined) return { status: 403, json: { error: 'invalid_grant' } }
      this.#refreshTokens.delete(token)
      this.#spent.add(token)
      return { json: this.#issue(owner) }
    })
    this.tenant.scripts.set('authorization_code', ({ form }) => {
      const [sub, sid, nonce] = JSON.parse(form.get('code')!) as [string, string, string]
      return { json: this.#issue({ sub, sid }, nonce) }
    })
  }

  #issue (owner: { sub: string, sid: string }, nonce?: string): Record<string, unknown> {
    const tokens = this.tenant.tokens({ ...owner, ...(nonce !== undefined && { nonce }) })
    this.#refreshTokens.set(String(tokens.refresh_token), owner)
    return tokens
  }

  async app (index: number): Promise<FastifyInstance> {
    const at = index % this.mode.processes
    const app = this.#apps[at] ?? await this.#start()
    this.#apps[at] = app
    return app
  }

  /** Ends a process; the next request begins another one. */
  async restart (index: number): Promise<void> {
    const [app] = this.#apps.splice(index % this.mode.processes, 1, undefined as never)
    await app?.close()
  }

  /** Puts a new secret before the others, in all processes. */
  async rotateSecrets (): Promise<void> {
    const secret = `secret number ${++this.#made} of quite enough characters`
    this.#secrets = [secret, ...this.#secrets].slice(0, MOST_SECRETS)
    await this.close()
  }

  async close (): Promise<void> {
    const apps = this.#apps
    this.#apps = []
    await Promise.all(apps.map(async app => { await app?.close() }))
  }

  async #start (): Promise<FastifyInstance> {
    const app = fastify({ pluginTimeout: 0 })
    await app.register(fastifyAuth0, {
      domain: this.tenant.domain,
      clientId: this.tenant.clientId,
      clientSecret: 'the secret of the client',
      appBaseUrl: 'https://app.example.test',
      sessionSecret: this.#secrets,
      customFetch: this.tenant.fetch,
      sessionConfiguration: { inactivityDuration: INACTIVITY, absoluteDuration: ABSOLUTE, touchAfter: TOUCH_AFTER },
      now: () => this.clock.now,
      ...await this.#stores
    })
    app.get('/me', { preHandler: app.auth0.requireSession }, async request => await request.getSession())
    app.get('/put', async request => {
      const { name, value } = request.query as Record<string, string>
      await request.auth0.updateSession({ [name!]: value })
      return await request.getSession()
    })
    app.get('/token', async request => await refreshed(request))
    return app
  }
}

async function refreshed (request: FastifyRequest): Promise<object> {
  const { accessToken } = await request.auth0.getAccessToken({ refresh: true })
  return { ...await request.getSession(), accessToken }
}
