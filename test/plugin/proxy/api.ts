import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import httpProxy from '@fastify/http-proxy'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import type { Auth0Options, ProxyOptions } from '../../../types/index.js'
import type { Visitor } from '../../fixtures/visitor.js'
import type { Certificate } from '../../hostile/certificates.js'
import type { ScriptedTenant } from '../../fixtures/scripted-tenant.js'
import { Site } from '../../flows/site.js'

/** A request that an API received. */
export interface Received {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** An API behind the proxy; it keeps what it receives. */
export class Api {
  readonly received: Received[] = []
  readonly app: FastifyInstance
  origin = ''
  /** What it answers; `{}` unless a test says otherwise. */
  answer: (request: FastifyRequest, reply: FastifyReply) => unknown = () => ({})

  constructor (tls?: Certificate) {
    const server = { exposeHeadRoutes: false, pluginTimeout: 0 }
    this.app = fastify({ ...(tls !== undefined && { https: tls }), ...server } as object)
    this.app.removeAllContentTypeParsers()
    this.app.addContentTypeParser('*', (_request, payload, done) => { done(null, payload) })
    this.app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '*',
      handler: async (request, reply) => {
        const { method, url, headers, body } = request
        const received = { method, url, headers, body: '' }
        this.received.push(received)
        const answer = this.answer(request, reply)
        if (answer instanceof Promise) return await answer as unknown
        if (answer === reply) return reply
        if (body !== undefined) received.body = await text(body as IncomingMessage)
        return answer
      }
    })
  }

  get last (): Received {
    return this.received.at(-1)!
  }
}

/** Starts an API that ends with the test. */
export async function api (t: Test, tls?: Certificate): Promise<Api> {
  const made = new Api(tls)
  made.origin = await made.app.listen({ host: '127.0.0.1', port: 0, forceCloseConnections: true } as never)
  t.teardown(async () => {
    made.app.server.closeAllConnections()
    await made.app.close()
  })
  return made
}

/** What came back through the proxy. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  json: Record<string, unknown>
}

/** How a request is made. */
export interface How {
  method?: string
  headers?: Record<string, string | string[] | undefined>
  body?: string | Buffer | undefined
}

/** An application with a proxy, and a browser that is logged in. */
export class ProxySite {
  readonly site: Site
  ada!: Visitor
  url = ''

  constructor (options: Partial<Auth0Options>, proxies: ProxyOptions[], server: object,
    before: (app: FastifyInstance) => void) {
    this.site = new Site({ audience: 'https://api.example.test', ...options }, server)
    this.site.app.after(() => {
      before(this.site.app)
      for (const proxy of proxies) this.site.app.register(httpProxy, this.site.app.auth0.proxy(proxy))
    })
  }

  /** Opens a request; the test writes and reads. */
  open (path: string, { method = 'GET', headers = {} }: How = {}) {
    const { hostname, port } = new URL(this.url)
    const own = {
      cookie: this.ada.cookieHeader('/base/'),
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      ...headers
    }
    const sent = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
    return httpRequest({
      hostname,
      port,
      path,
      method,
      agent: false,
      headers: sent as Record<string, string>
    })
  }

  async call (path: string, how: How = {}): Promise<Answer> {
    const request = this.open(path, how)
    request.end(how.body)
    const [response] = await once(request, 'response') as [IncomingMessage]
    const body = await text(response)
    const isJson = body !== '' && response.headers['content-type']?.includes('json') === true
    const json = isJson ? JSON.parse(body) as Record<string, unknown> : {}
    return { status: response.statusCode!, headers: response.headers, body, json }
  }
}

/** What a test changes besides options. */
interface Surroundings {
  server?: object
  /** Runs before the proxies are registered. */
  before?: (app: FastifyInstance) => void
  /** Runs before the login. */
  tenant?: (tenant: ScriptedTenant) => void
  /** Of the login route. */
  path?: string
}

/** Starts an application with proxies; it ends with the test. */
export async function proxySite (t: Test, proxies: ProxyOptions | ProxyOptions[], options: Partial<Auth0Options> = {},
  { server = {}, before = () => {}, tenant = () => {}, path }: Surroundings = {}): Promise<ProxySite> {
  const made = new ProxySite(options, [proxies].flat(), { forceCloseConnections: true, ...server }, before)
  tenant(made.site.tenant)
  made.url = await made.site.app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await made.site.app.close()
  })
  made.ada = await made.site.member(path)
  return made
}
