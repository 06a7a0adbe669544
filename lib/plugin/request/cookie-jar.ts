import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import { cookieFamily, cookiesNamed, pairEnds, readCookie, type CookiePair } from './cookie-header.js'
import { cookiePlaces } from './cookie-places.js'
import type { HeaderMemory, MadeOfHeader } from './header-memory.js'
import {
  beforeHead, isClosed, keepOutOfCaches, rawHeadersOf, ReplyHeaders, setCookieLine, varyByCookie, type ResponseHeaders
} from './response-headers.js'
import { beforeStreamHead } from './stream-head.js'
import { isUpgrade } from './upgrade-request.js'

interface Pending {
  value: string
  attributes: CookieAttributes
  stillWanted: (() => boolean) | undefined
  /** Whether cookies of this name that were set with other attributes are cleared, too. */
  everywhere: boolean
}

/** What the application's log must know of a response. */
export interface CookieWarnings {
  /** The application had allowed shared caches to keep a response that sets cookies. */
  publicResponse (request: FastifyRequest): void
  /** The response's headers have left without cookies that were to be set. */
  notSent (request: FastifyRequest): void
}

/** A request's cookies, and those its response will set. Only our own names are looked for in the header. */
export class RequestCookieJar implements CookieJar {
  readonly secure: boolean
  readonly #request: FastifyRequest
  readonly #header: string
  readonly #reply: FastifyReply | undefined
  readonly #warnings: CookieWarnings
  readonly #memory: HeaderMemory | undefined
  /** What was made of this header before; `null` until somebody asks. */
  #made: MadeOfHeader | undefined | null = null
  /** Where the header's pairs end; looked for once. */
  #ends: number[] | undefined
  #pending: Map<string, Pending> | undefined
  #session: { catchUp(): void } | undefined
  #beforeSend: (() => void)[] | undefined
  #flushed = false
  #sets = false
  #read = false

  constructor (request: FastifyRequest, reply: FastifyReply | undefined, secure: boolean, warnings: CookieWarnings,
    memory?: HeaderMemory) {
    this.#request = request
    this.#header = request.raw.headers.cookie ?? ''
    this.#reply = reply
    this.#warnings = warnings
    this.#memory = memory
    this.secure = secure
  }

  /** The answer to an upgrade carries none of what Fastify keeps for it. */
  get writable (): boolean {
    return !this.#flushed && !isUpgrade(this.#request) &&
      this.#reply !== undefined && !this.#reply.sent && !this.#reply.raw.headersSent
  }

  get host (): string {
    return this.#request.host ?? ''
  }

  get bytes (): number {
    return this.#header.length
  }

  recall (maker: object): unknown {
    this.#read = true
    if (this.#pending !== undefined) return undefined
    if (this.#made === null) this.#made = this.#memory?.of(this.#header)
    return this.#made?.get(maker)
  }

  keep (maker: object, made: unknown): void {
    if (this.#pending === undefined) this.#made?.set(maker, made)
  }

  get (name: string): string | undefined {
    this.#read = true
    const pending = this.#pending?.get(name)
    if (pending !== undefined) return pending.attributes.maxAge === 0 ? undefined : pending.value
    return readCookie(this.#header, name, this.#pairEnds())
  }

  entries (prefix: string): CookiePair[] {
    this.#read = true
    const sent = cookiesNamed(this.#header, prefix, this.#pairEnds())
    return this.#pending === undefined ? sent : this.#overlaid(sent, name => name.startsWith(prefix))
  }

  family (name: string): CookiePair[] {
    this.#read = true
    const sent = cookieFamily(this.#header, name, this.#pairEnds())
    return this.#pending === undefined
      ? sent
      : this.#overlaid(sent, written => written === name || written.startsWith(`${name}.`))
  }

  #pairEnds (): number[] {
    return (this.#ends ??= pairEnds(this.#header))
  }

  /** What the browser will send once it has this response. */
  #overlaid (sent: CookiePair[], wanted: (name: string) => boolean): CookiePair[] {
    const pairs = sent.filter(([name]) => !this.#pending!.has(name))
    for (const [name, { value, attributes }] of this.#pending!) {
      if (attributes.maxAge !== 0 && wanted(name)) pairs.push([name, value])
    }
    return pairs
  }

  names (prefix: string): string[] {
    return [...new Set(this.entries(prefix).map(([name]) => name))]
  }

  set (name: string, value: string, attributes: CookieAttributes, stillWanted?: () => boolean): void {
    this.#keep(name, { value, attributes, stillWanted, everywhere: false })
  }

  clear (name: string, attributes: CookieAttributes, everywhere = false): void {
    const gone = Object.assign({}, attributes, { maxAge: 0 })
    this.#keep(name, { value: '', attributes: gone, stillWanted: undefined, everywhere })
  }

  #keep (name: string, pending: Pending): void {
    if (this.#flushed || this.#reply === undefined || this.#reply.raw.headersSent) {
      this.#warnings.notSent(this.#request)
      return
    }
    if (this.#pending === undefined) {
      this.#pending = new Map()
      this.#watch(this.#reply)
    }
    this.#pending.set(name, pending)
  }

  /** Runs `work` when the response is about to be sent by Fastify, and may still set cookies. */
  beforeSend (work: () => void): void {
    if (this.writable) (this.#beforeSend ??= []).push(work)
  }

  /** The same for the session of a request, of which there is one as a rule: no function is made for it. */
  keepUp (session: { catchUp(): void }): void {
    if (this.#session !== undefined) {
      this.beforeSend(() => {
        session.catchUp()
      })
    } else if (this.#reply !== undefined && !this.#flushed) {
      this.#session = session
    }
  }

  /** Writes the cookies into the headers Fastify keeps; called when they are about to be sent. */
  flush (reply: FastifyReply): void {
    if (this.#read || this.#pending !== undefined) this.#write(new ReplyHeaders(reply))
    else this.#done()
  }

  /** From now on there are cookies to write, whoever sends the head of the response. */
  #watch (reply: FastifyReply): void {
    const response = reply.raw as ServerResponse
    const needed = (given?: unknown): boolean => !this.#flushed || (this.#sets && !isClosed(response, given))
    const finish = (headers: ResponseHeaders): void => {
      // Hooks of the application may have opened the response to caches since.
      if (this.#flushed) this.#close(headers)
      else this.#write(headers)
    }
    beforeHead(response, needed, () => {
      finish(rawHeadersOf(response))
    })
    const { stream } = reply.raw as ServerResponse & Partial<Pick<Http2ServerResponse, 'stream'>>
    if (stream !== undefined) {
      beforeStreamHead(stream, needed, finish)
    }
    response.once('close', () => {
      // Who has gone away before any answer misses no cookie.
      if (!this.#flushed && (response.headersSent || reply.sent)) this.#warnings.notSent(this.#request)
    })
  }

  #write (headers: ResponseHeaders): void {
    if (this.#flushed) return
    if (this.#read) {
      this.#session?.catchUp()
      if (this.#beforeSend !== undefined) for (const work of this.#beforeSend) work()
      varyByCookie(headers)
    }
    this.#done()
    if (this.#pending === undefined) return
    const lines = this.#lines(this.#pending)
    if (lines.length === 0) return
    headers.addCookies(lines)
    this.#sets = true
    this.#close(headers)
  }

  #close (headers: ResponseHeaders): void {
    if (keepOutOfCaches(headers)) this.#warnings.publicResponse(this.#request)
  }

  #done (): void {
    this.#session = undefined
    this.#beforeSend = undefined
    this.#flushed = true
  }

  #lines (pending: Map<string, Pending>): string[] {
    const lines: string[] = []
    for (const [name, { value, attributes, stillWanted, everywhere }] of pending) {
      if (stillWanted !== undefined && !stillWanted()) continue
      lines.push(setCookieLine(name, value, attributes))
      if (everywhere) lines.push(...this.#clearElsewhere(name, attributes))
    }
    return lines
  }

  #clearElsewhere (name: string, attributes: CookieAttributes): string[] {
    const several = cookiesNamed(this.#header, name).filter(([sent]) => sent === name).length > 1
    return cookiePlaces(name, attributes, this.host, several).map(place =>
      setCookieLine(name, '', { ...place, maxAge: 0 })
    )
  }
}
