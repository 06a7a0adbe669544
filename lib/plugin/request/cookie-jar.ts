import fastifyCookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

interface Pending {
  value: string
  attributes: CookieAttributes
  stillWanted: (() => boolean) | undefined
}

const EXPIRED = new Date(0)
const asIs = (value: string): string => value

/**
 * A request's cookies, and those its response will set. Only our own names are looked for in the header;
 * nothing is parsed that nobody asks for.
 */
export class RequestCookieJar implements CookieJar {
  readonly secure: boolean
  readonly #header: string
  readonly #reply: FastifyReply | undefined
  #pending: Map<string, Pending> | undefined
  #beforeSend: (() => void)[] | undefined
  #flushed = false
  #read = false

  constructor (request: FastifyRequest, reply: FastifyReply | undefined, secure: boolean) {
    this.#header = request.raw.headers.cookie ?? ''
    this.#reply = reply
    this.secure = secure
  }

  get writable (): boolean {
    return !this.#flushed && this.#reply !== undefined && !this.#reply.sent && !this.#reply.raw.headersSent
  }

  get (name: string): string | undefined {
    this.#read = true
    const pending = this.#pending?.get(name)
    if (pending !== undefined) return pending.attributes.maxAge === 0 ? undefined : pending.value
    return readCookie(this.#header, name)
  }

  all (name: string): string[] {
    return readCookies(this.#header, name)
  }

  names (prefix: string): string[] {
    const names = new Set(cookieNames(this.#header, prefix))
    for (const [name, { attributes }] of this.#pending ?? []) {
      if (!name.startsWith(prefix)) continue
      if (attributes.maxAge === 0) names.delete(name)
      else names.add(name)
    }
    return [...names]
  }

  set (name: string, value: string, attributes: CookieAttributes, stillWanted?: () => boolean): void {
    ;(this.#pending ??= new Map()).set(name, { value, attributes, stillWanted })
  }

  clear (name: string, attributes: CookieAttributes): void {
    this.set(name, '', { ...attributes, maxAge: 0 })
  }

  /**
   * Runs `work` when the response is about to be sent, and may still set cookies. A connection may outlive that, and
   * ask for ever.
   */
  beforeSend (work: () => void): void {
    if (this.writable) (this.#beforeSend ??= []).push(work)
  }

  /**
   * Writes the response's headers; called when they are about to be sent, and once more if a later hook fails.
   * True when the application had allowed shared caches to keep a response that sets cookies.
   */
  flush (reply: FastifyReply): boolean {
    if (this.#read) {
      for (const work of this.#beforeSend ?? []) work()
      this.#beforeSend = undefined
      varyByCookie(reply)
    }
    this.#flushed = true
    if (this.#pending === undefined) return false
    const headers: string[] = []
    for (const [name, { value, attributes, stillWanted }] of this.#pending) {
      if (stillWanted === undefined || stillWanted()) headers.push(serialize(name, value, attributes))
    }
    this.#pending = undefined
    if (headers.length === 0) return false
    reply.header('set-cookie', headers)
    return keepOutOfCaches(reply)
  }
}

/** A response that sets cookies is stored nowhere, whatever the application said; true when it had said `public`. */
function keepOutOfCaches (reply: FastifyReply): boolean {
  const declared = String(reply.getHeader('cache-control') ?? '')
  if (/\bno-store\b/i.test(declared)) return false
  reply.header('cache-control', 'private, no-store')
  reply.removeHeader('etag')
  return /\b(?:public|s-maxage)\b/i.test(declared)
}

function serialize (name: string, value: string, attributes: CookieAttributes): string {
  const { maxAge, ...rest } = attributes
  return fastifyCookie.fastifyCookie.serialize(name, value, {
    ...rest,
    encode: asIs,
    ...(maxAge !== undefined && { maxAge: Math.floor(maxAge) }),
    ...(maxAge === 0 && { expires: EXPIRED })
  })
}

/** What a shared cache must know: the body may depend on the session. */
function varyByCookie (reply: FastifyReply): void {
  const vary = reply.getHeader('vary')
  if (vary === undefined) reply.header('vary', 'Cookie')
  else if (!/(?:^|,)\s*(?:cookie|\*)\s*(?:,|$)/i.test(String(vary))) reply.header('vary', `${String(vary)}, Cookie`)
}

/** The value of the first cookie with this name. */
export function readCookie (header: string, name: string): string | undefined {
  const at = findCookie(header, name, 0)
  return at === -1 ? undefined : valueAt(header, at + name.length + 1)
}

function readCookies (header: string, name: string): string[] {
  const values: string[] = []
  for (let at = findCookie(header, name, 0); at !== -1; at = findCookie(header, name, at + name.length)) {
    values.push(valueAt(header, at + name.length + 1))
  }
  return values
}

/** Where a pair of this name begins, from `from` on; -1 without one. */
function findCookie (header: string, name: string, from: number): number {
  let at = header.indexOf(name, from)
  while (at !== -1 && (header.charCodeAt(at + name.length) !== 61 || !startsPair(header, at))) {
    at = header.indexOf(name, at + name.length)
  }
  return at
}

function valueAt (header: string, start: number): string {
  const semicolon = header.indexOf(';', start)
  const value = header.slice(start, semicolon === -1 ? undefined : semicolon).trim()
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

/** Whether only blanks stand between `at` and the start of its pair. */
function startsPair (header: string, at: number): boolean {
  let i = at - 1
  while (i >= 0 && (header.charCodeAt(i) === 32 || header.charCodeAt(i) === 9)) i--
  return i < 0 || header.charCodeAt(i) === 59
}

function pairAt (header: string, at: number): string {
  const semicolon = header.indexOf(';', at)
  return header.slice(at, semicolon === -1 ? undefined : semicolon)
}

function cookieNames (header: string, prefix: string): string[] {
  const names: string[] = []
  for (let at = header.indexOf(prefix); at !== -1; at = header.indexOf(prefix, at + prefix.length)) {
    if (!startsPair(header, at)) continue
    // No further than the pair's own end: a header may hold thousands of them.
    const pair = pairAt(header, at)
    const end = pair.indexOf('=')
    if (end !== -1) names.push(pair.slice(0, end).trimEnd())
  }
  return names
}
