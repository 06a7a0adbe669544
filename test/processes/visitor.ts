import type { Tenant } from '../../lib/testing/index.js'

/** A browser at a site, over real connections; it keeps its cookies. */
export class Visitor {
  readonly #url: string
  readonly #tenant: Tenant
  #cookies = new Map<string, string>()

  constructor (url: string, tenant: Tenant) {
    this.#url = url
    this.#tenant = tenant
  }

  /** Asks the site, or the process at `port` behind its load balancer. */
  async get (path: string, { port }: { port?: number | undefined } = {}): Promise<Response> {
    const url = new URL(path, this.#url)
    if (port !== undefined) url.port = String(port)
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'application/json',
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'navigate',
        ...(cookie !== '' && { cookie })
      }
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }

  async json<T = Record<string, unknown>> (path: string, port?: number): Promise<T & { status: number }> {
    const response = await this.get(path, { port })
    return { ...await response.json() as T, status: response.status }
  }

  /** Logs in; every request may reach another process. */
  async login (user: string): Promise<this> {
    const started = await this.get('/auth/login')
    const authorizationUrl = started.headers.get('location')
    if (started.status !== 302 || authorizationUrl === null) {
      throw new Error(`the login did not start: ${started.status} ${await started.text()}`)
    }
    const callback = await this.#tenant.login({ authorizationUrl, user })
    const done = await this.get(callback)
    if (done.status !== 302) throw new Error(`the login failed: ${done.status} ${await done.text()}`)
    return this
  }

  /** A second browser with the same cookies. */
  copy (): Visitor {
    const other = new Visitor(this.#url, this.#tenant)
    other.#cookies = new Map(this.#cookies)
    return other
  }
}
