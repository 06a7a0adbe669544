import fastifyCookie from '@fastify/cookie'
import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { CookieAttributes } from '../../../types/stores.js'

const asIs = (value: string): string => value
const AS_IS = { encode: asIs }

/** The headers of a response that was not sent yet: those Fastify keeps, or those of Node's own response. */
export interface ResponseHeaders {
  get(name: string): unknown
  names(): string[]
  set(name: string, value: string): void
  remove(name: string): void
  addCookies(lines: string[]): void
}

/** The headers Fastify keeps. A class: functions would be made for each response. */
export class ReplyHeaders implements ResponseHeaders {
  readonly #reply: FastifyReply

  constructor (reply: FastifyReply) {
    this.#reply = reply
  }

  get (name: string): unknown {
    return this.#reply.getHeader(name)
  }

  names (): string[] {
    return Object.keys(this.#reply.getHeaders())
  }

  set (name: string, value: string): void {
    this.#reply.header(name, value)
  }

  remove (name: string): void {
    this.#reply.removeHeader(name)
  }

  addCookies (lines: string[]): void {
    const before = this.#reply.raw.getHeader('set-cookie')
    // What middleware has set on Node's own response would be replaced by Fastify's header.
    const kept = before !== undefined && this.#reply.getHeader('set-cookie') === before ? [before].flat() : []
    this.#reply.header('set-cookie', [...kept, ...lines])
  }
}

export function rawHeadersOf (response: ServerResponse): ResponseHeaders {
  return {
    get: name => response.getHeader(name),
    names: () => response.getHeaderNames(),
    set: (name, value) => response.setHeader(name, value),
    remove: name => { response.removeHeader(name) },
    addCookies: lines => {
      const before = response.getHeader('set-cookie')
      response.setHeader('set-cookie', before === undefined ? lines : [...[before].flat().map(String), ...lines])
    }
  }
}

/** What a cookie's line ends with, and the attributes it stands for. */
interface LineEnd {
  of: CookieAttributes
  text: string
}

/** The ends of lines so far: a process has a handful of them. */
const ends: LineEnd[] = []
const MOST_ENDS = 32

/** @see RFC 6265 section 4.1 */
export function setCookieLine (name: string, value: string, attributes: CookieAttributes): string {
  const { maxAge } = attributes
  const options = maxAge === undefined ? AS_IS : { encode: asIs, maxAge: Math.floor(maxAge) }
  return fastifyCookie.fastifyCookie.serialize(name, value, options) + endOf(attributes)
}

/** The rest of the attributes is the same for many cookies, and the serializer looks at each character. */
function endOf (attributes: CookieAttributes): string {
  for (const { of, text } of ends) if (endAlike(of, attributes)) return text
  const of = Object.assign({}, attributes)
  delete of.maxAge
  const text = fastifyCookie.fastifyCookie.serialize('n', '', of).slice('n='.length)
  if (ends.length < MOST_ENDS) ends.push({ of, text })
  return text
}

function endAlike (a: CookieAttributes, b: CookieAttributes): boolean {
  return a.path === b.path && a.sameSite === b.sameSite && a.httpOnly === b.httpOnly && a.secure === b.secure &&
    a.domain === b.domain && a.partitioned === b.partitioned
}

/** What single caches obey in place of `Cache-Control`. @see RFC 9213 section 3 */
const TARGETED = /^(?:(?:.+-)?cdn-cache-control|akamai-cache-control|surrogate-control|edge-control|x-accel-expires)$/i
const STORE_NOTHING = /\bno-store\b|\bprivate\b|^\s*0\s*$/i

/** The headers by which a response lets single caches store it. */
export function targetedCaching (headers: Pick<ResponseHeaders, 'names' | 'get'>): string[] {
  return headers.names().filter(name => TARGETED.test(name) && !STORE_NOTHING.test(String(headers.get(name))))
}

/** A response that sets cookies is stored nowhere, whatever the application said; true when it had said `public`. */
export function keepOutOfCaches (headers: ResponseHeaders): boolean {
  const targeted = targetedCaching(headers)
  for (const name of targeted) headers.remove(name)
  const declared = String(headers.get('cache-control') ?? '')
  if (/\bno-store\b/i.test(declared)) return targeted.length > 0
  headers.set('cache-control', 'private, no-store')
  headers.remove('etag')
  return targeted.length > 0 || /\b(?:public|s-maxage)\b/i.test(declared)
}

/** What a shared cache must know: the body may depend on the session. */
export function varyByCookie (headers: ResponseHeaders): void {
  const vary = headers.get('vary')
  if (vary === undefined) headers.set('vary', 'Cookie')
  else if (!/(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(String(vary))) headers.set('vary', `${String(vary)}, Cookie`)
}

type WriteHead = (this: ServerResponse, statusCode: number, ...rest: unknown[]) => ServerResponse

/**
 * Calls `work` when the response's head is about to be written by whatever means: `writeHead`, or the first `write` or
 * `end`. Headers given to `writeHead` are set before, so that they do not replace what `work` adds.
 * @param needed asked first, with the headers given: nothing is changed when there is nothing to do
 */
export function beforeHead (response: ServerResponse, needed: (given: unknown) => boolean, work: () => void): void {
  const original = response.writeHead as unknown as WriteHead
  const writeHead: WriteHead = function (statusCode, ...rest) {
    const [first, second] = rest
    const given = typeof first === 'string' ? second : first ?? second
    if (this.headersSent || !needed(given)) return original.call(this, statusCode, ...rest)
    if (given !== undefined && given !== null) setAll(this, given as GivenHeaders)
    work()
    return typeof first === 'string' ? original.call(this, statusCode, first) : original.call(this, statusCode)
  }
  response.writeHead = writeHead as unknown as typeof response.writeHead
}

/** Whether no cache stores a response with the headers that Fastify gives, beside those it has. */
export function isClosed (response: ServerResponse, given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  const { 'cache-control': declared } = given as Record<string, unknown>
  if (typeof declared !== 'string' || !/\bno-store\b/i.test(declared)) return false
  return ![...Object.keys(given), ...response.getHeaderNames()].some(name => TARGETED.test(name))
}

/** Keeps a refusal out of caches, whatever hooks of the application say of it later. */
export function closeToCaches (reply: FastifyReply): void {
  reply.header('cache-control', 'no-store')
  // A guard that stands beside another one may refuse what the other lets pass.
  beforeHead(reply.raw, given => reply.statusCode >= 300 && !isClosed(reply.raw, given), () => {
    keepOutOfCaches(rawHeadersOf(reply.raw))
  })
}

type GivenHeaders = Record<string, OutgoingHttpHeader> | readonly unknown[]

/** Sets headers as `writeHead` takes them: an object, a flat list, or a list of pairs; names may come several times. */
function setAll (response: ServerResponse, given: GivenHeaders): void {
  const named = new Map<string, { name: string, value: OutgoingHttpHeader }>()
  for (const [name, value] of pairsOf(given)) {
    const before = named.get(name.toLowerCase())?.value
    named.set(name.toLowerCase(), { name, value: before === undefined ? value : [before, value].flat().map(String) })
  }
  for (const { name, value } of named.values()) response.setHeader(name, value)
}

function pairsOf (given: GivenHeaders): [name: string, value: OutgoingHttpHeader][] {
  if (!Array.isArray(given)) return Object.entries(given as Record<string, OutgoingHttpHeader>)
  const list = given as unknown[]
  const pairs = list.every(Array.isArray)
    ? list
    : Array.from({ length: list.length / 2 }, (_, index) => [String(list[index * 2]), list[index * 2 + 1]])
  return pairs as [string, OutgoingHttpHeader][]
}
