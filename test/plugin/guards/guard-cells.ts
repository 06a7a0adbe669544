import { Duplex } from 'node:stream'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type RouteShorthandOptions } from 'fastify'
import fastifyAuth0, { type Guard } from '../../../lib/index.js'
import type { RouteAuth0Config } from '../../../types/guards.js'
import { Site } from '../../flows/site.js'
import { isSessionCookie } from '../../hostile/app.js'
import { readResponse, type RawResponse } from '../../hostile/sockets.js'

export const AUDIENCE = 'https://api.example.test'
/** Resources of the application; the second takes bearer tokens only. */
export const RESOURCE = 'https://app.example.test/mcp'
export const BOUND = 'https://app.example.test/bound'
const HOST = 'app.example.test'

/** Guards that stand together, in the order they ask, and what says the same in a route's `config`. */
export interface Guarded {
  guards: (auth0: FastifyInstance['auth0']) => Guard[]
  declared: RouteAuth0Config
}

/** Ways a request comes in. */
export const ways = ['navigation', 'fetch', 'HEAD', 'POST', 'WebSocket'] as const
export type Way = typeof ways[number]

const headersOf: Record<Way, Record<string, string>> = {
  navigation: { accept: 'text/html', 'sec-fetch-mode': 'navigate' },
  fetch: { accept: 'application/json', 'sec-fetch-mode': 'cors' },
  HEAD: { accept: '*/*' },
  POST: { accept: 'text/html', 'content-type': 'application/json' },
  WebSocket: {
    'sec-fetch-mode': 'websocket',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ=='
  }
}

/** Places where guards stand. */
export const places = ['onRequest', 'preHandler', 'declared'] as const
export type Place = typeof places[number]

/** What can be seen of one answer from outside, and how often a handler ran for it. */
export interface Cell {
  status: number
  code: string | undefined
  location: string | undefined
  /** `WWW-Authenticate`, all of it. */
  challenge: string | undefined
  cacheControl: string | undefined
  /** Names of the session cookies that were set. */
  sessionsSet: string
  runs: number
}

/** One application with guards in front of pages, forms and sockets, at each place. */
export class GuardedSite {
  readonly site = new Site()
  readonly app = fastify({ pluginTimeout: 0 })
  #runs = 0

  async build (subjects: Readonly<Record<string, Guarded>>): Promise<void> {
    const { app } = this
    await app.register(websocket)
    await app.register(fastifyAuth0, this.site.options({
      api: { audience: AUDIENCE, resources: { '/mcp': { scopes: ['read', 'write'] }, '/bound': { dpop: 'disabled' } } }
    }))
    // Every answer is slow on its way out: a guard that does not end the reply would let the handler run meanwhile.
    app.addHook('onSend', async () => {
      await new Promise(resolve => setImmediate(resolve))
    })
    for (const [name, subject] of Object.entries(subjects)) {
      const guards = subject.guards(app.auth0)
      const standing: Record<Place, RouteShorthandOptions> = {
        onRequest: { onRequest: guards.length === 1 ? guards[0]! : guards },
        preHandler: { preHandler: [...guards, async () => {}] },
        declared: { config: { auth0: subject.declared } }
      }
      for (const place of places) {
        const url = urlOf(name, place)
        app.route({
          ...standing[place],
          method: ['GET', 'POST'],
          url,
          handler: async () => {
            this.#runs++
            return { secret: true }
          }
        })
        app.get(`${url}/socket`, { ...standing[place], websocket: true }, socket => {
          this.#runs++
          socket.terminate()
        })
      }
    }
    await app.ready()
  }

  async close (): Promise<void> {
    await this.app.close()
    await this.site.app.close()
  }

  async ask (url: string, way: Way, more: Record<string, string>): Promise<Cell> {
    const before = this.#runs
    const headers = { host: HOST, ...headersOf[way], ...more }
    const { status, headers: answered, body } = way === 'WebSocket'
      ? await this.#shake(url, headers)
      : await this.#inject(url, way, headers)
    // A handler that runs though the answer has gone out runs now.
    await new Promise(resolve => setImmediate(resolve))
    return {
      status,
      code: answered['content-type']?.includes('json') === true && body !== ''
        ? (JSON.parse(body) as { code?: string }).code
        : /<code>(\w+)<\/code>/.exec(body)?.[1],
      location: answered.location === undefined ? undefined : essenceOf(answered.location),
      challenge: answered['www-authenticate'],
      cacheControl: answered['cache-control'],
      sessionsSet: sessionsSet(answered['set-cookie'] ?? ''),
      runs: this.#runs - before
    }
  }

  async #inject (url: string, way: Way, headers: Record<string, string>): Promise<RawResponse> {
    const method = way === 'HEAD' || way === 'POST' ? way : 'GET'
    const answer = await this.app.inject({ method, url, headers, ...(way === 'POST' && { payload: '{"a":1}' }) })
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')])
      ),
      body: answer.body
    }
  }

  async #shake (url: string, headers: Record<string, string>): Promise<RawResponse> {
    const socket = new UpgradeSocket()
    this.app.server.emit('upgrade', { method: 'GET', url: `${url}/socket`, httpVersion: '1.1', headers }, socket,
      Buffer.alloc(0))
    return await socket.answer
  }
}

/** The server's end of a handshake. It is closed after a refusal, and by the handler after 101. */
class UpgradeSocket extends Duplex {
  #written = ''
  readonly answer = new Promise<RawResponse>(resolve => {
    this.once('close', () => {
      resolve(readResponse(this.#written))
    })
  })

  override _read (): void {}

  override _write (chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#written += chunk.toString('latin1')
    done()
  }
}

export function urlOf (name: string, place: Place): string {
  return `/${name.replaceAll(/\W+/g, '-')}/${place}`
}

/** A redirect without what is new in each login: of an authorization request only what a step-up asks for. */
function essenceOf (location: string): string {
  if (location.startsWith('/')) return location
  const url = new URL(location)
  const asked = ['acr_values', 'max_age'].filter(name => url.searchParams.has(name)).map(name =>
    `${name}=${url.searchParams.get(name)!}`
  )
  return `${url.origin}${url.pathname}?${asked.join('&')}`
}

function sessionsSet (setCookie: string): string {
  return [...setCookie.matchAll(/(?:^|, )([^=;, ]+)=([^;]*)/g)].filter(([, name = '', value]) =>
    isSessionCookie(name) && value !== ''
  ).map(([, name]) => name).join()
}
