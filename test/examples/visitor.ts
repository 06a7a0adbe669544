import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { request } from 'undici'
import type { LoggedRequest, LoginOptions, Tenant, TenantBrowser } from '../../lib/testing/index.js'
import { reserveAddress } from '../fixtures/loopback.js'
import '../self-reference.js'
import type { ExampleTenant, Settings } from '../../examples/start.js'

const { localTenant } = await import('../../examples/start.js')
// Compiled now, the plugin's last part does not count against the time Fastify gives a plugin to start.
await import('../../lib/management/index.js')

/** An answer, read. */
export interface Answer {
  status: number
  url: string
  location: string | null
  text: string
  json: Record<string, unknown>
  setCookies: string[]
}

/** The last request the tenant received at a path. */
export function received (tenant: Tenant, path: string): LoggedRequest {
  const found = tenant.requests.findLast(request => request.path === path)
  if (found === undefined) throw new Error(`The tenant received nothing at ${path}.`)
  return found
}

type Detour = Omit<LoginOptions, 'authorizationUrl'>

/** A person with a browser: keeps cookies, follows redirects, and gets through the tenant's pages. */
export class Visitor {
  readonly #origin: string
  readonly #tenant: Tenant
  readonly #browser: TenantBrowser
  readonly cookies = new Map<string, string>()

  constructor (origin: string, tenant: Tenant) {
    this.#origin = origin
    this.#tenant = tenant
    this.#browser = tenant.browser()
  }

  /** One request, redirects not followed. */
  async send (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown,
    headers: Record<string, string> = {}): Promise<Answer> {
    const url = new URL(path, this.#origin)
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const navigation = method === 'GET'
      ? { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' }
      : { accept: 'application/json', origin: this.#origin }
    // not fetch(), which says of itself that it does not navigate
    const response = await request(url, {
      method,
      reset: true,
      headers: {
        ...navigation,
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const setCookies = [response.headers['set-cookie'] ?? []].flat()
    for (const line of setCookies) this.#remember(line)
    const text = await response.body.text()
    const isJson = String(response.headers['content-type']).includes('json')
    const { location } = response.headers
    return {
      status: response.statusCode,
      url: url.href,
      location: typeof location === 'string' ? location : null,
      text,
      json: isJson ? JSON.parse(text) as Record<string, unknown> : {},
      setCookies
    }
  }

  #remember (line: string): void {
    const [pair = ''] = line.split(';')
    const name = pair.slice(0, pair.indexOf('='))
    const value = pair.slice(pair.indexOf('=') + 1)
    if (value === '' || /max-age=0/iu.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }

  /** Opens a page of the application and follows where it leads, through the tenant's pages too. */
  async go (path: string, detour: Detour = {}): Promise<Answer> {
    let answer = await this.send('GET', path)
    for (let steps = 0; answer.location !== null && steps < 10; steps++) {
      const target = new URL(answer.location, answer.url)
      if (target.origin === new URL(this.#tenant.url).origin) {
        answer = await this.send('GET', await this.#browser.login({ authorizationUrl: target, ...detour }))
      } else if (target.origin === this.#origin) answer = await this.send('GET', target.href)
      else return answer
    }
    return answer
  }

  /** Where the application sends the browser. */
  async sentTo (path: string): Promise<URL> {
    const { location, status, text } = await this.send('GET', path)
    if (location === null) throw new Error(`${path} answered ${status}: ${text}`)
    return new URL(location, this.#origin)
  }

  /** A script's POST. */
  async post (path: string, body: unknown = {}): Promise<Answer> {
    return this.send('POST', path, body)
  }
}

/** An application that runs, with a tenant of its own. */
export interface Running {
  app: FastifyInstance
  tenant: Tenant
  origin: string
  settings: Settings
  visitor: () => Visitor
}

/** Builds an application, gives it an address, and closes it with the test. */
export async function run (t: Test, build: (settings: Settings) => Promise<FastifyInstance>,
  options: ExampleTenant = {}, changes: Partial<Settings> = {}): Promise<Running> {
  const address = await reserveAddress(t)
  const origin = `http://localhost:${address.port}`
  const { tenant, settings } = await localTenant(options, origin)
  t.teardown(tenant.close)
  // a busy machine may need longer than five seconds to load what an endpoint needs
  const app = await build({ ...settings, httpTimeout: 60, ...changes })
  t.teardown(async () => {
    await app.close()
  })
  await address.serve(app)
  return { app, tenant, origin, settings, visitor: () => new Visitor(origin, tenant) }
}
