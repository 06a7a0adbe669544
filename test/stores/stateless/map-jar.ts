import type { CookieAttributes, CookieJar } from '../../../types/stores.js'

interface StoredCookie {
  value: string
  attributes: CookieAttributes
  expiresAt: number
}

interface Write {
  name: string
  /** `undefined` for a cleared cookie. */
  value: string | undefined
  attributes: CookieAttributes
  stillWanted: () => boolean
}

/** A clock that tests move. */
export class Clock {
  time = 1_800_000_000

  now = (): number => this.time

  pass (seconds: number): void {
    this.time += seconds
  }
}

/** A browser that keeps cookies from request to request and forgets them by the clock. */
export class MapBrowser {
  readonly cookies = new Map<string, StoredCookie>()
  readonly #clock: Clock
  readonly #secure: boolean

  constructor (clock: Clock, { secure = true }: { secure?: boolean } = {}) {
    this.#clock = clock
    this.#secure = secure
  }

  /** The jar of a new request with what the browser holds now. */
  request (): MapJar {
    for (const [name, { expiresAt }] of this.cookies) if (expiresAt <= this.#clock.now()) this.cookies.delete(name)
    const sent = new Map([...this.cookies].map(([name, { value }]): [string, string] => [name, value]))
    return new MapJar({ sent, secure: this.#secure, respond: writes => this.#apply(writes) })
  }

  /** Puts a cookie there as an attacker or another application would. */
  plant (name: string, value: string): void {
    this.cookies.set(name, {
      value,
      expiresAt: Infinity,
      attributes: { path: '/', httpOnly: true, secure: this.#secure, sameSite: 'lax' }
    })
  }

  /** Bytes of the Cookie header. */
  get headerBytes (): number {
    return [...this.cookies].reduce((sum, [name, { value }]) => sum + name.length + 1 + value.length + 2, -2)
  }

  #apply (writes: Write[]): void {
    for (const { name, value, attributes } of writes) {
      if (value === undefined) this.cookies.delete(name)
      else this.cookies.set(name, { value, attributes, expiresAt: this.#clock.now() + (attributes.maxAge ?? Infinity) })
    }
  }
}

/** The cookies of one exchange; `send()` is the moment at which its headers leave. */
export class MapJar implements CookieJar {
  writable = true
  readonly secure: boolean
  readonly host = 'app.example.com'
  readonly writes = new Map<string, Write>()
  readonly #sent: readonly (readonly [name: string, value: string])[]
  readonly #respond: (writes: Write[]) => void

  constructor (
    { sent, secure = true, respond = () => {} }: {
      sent: Iterable<readonly [name: string, value: string]>,
      secure?: boolean,
      respond?: (writes: Write[]) => void
    }
  ) {
    this.#sent = [...sent]
    this.secure = secure
    this.#respond = respond
  }

  get (name: string): string | undefined {
    const write = this.writes.get(name)
    return write ? write.value : this.#sent.find(([sent]) => sent === name)?.[1]
  }

  get bytes (): number {
    return this.#sent.reduce((sum, [name, value]) => sum + name.length + 1 + value.length + 2, 0)
  }

  entries (prefix: string): [name: string, value: string][] {
    const written = [...this.writes.values()].filter(({ value }) => value !== undefined)
    return [...this.#sent.filter(([name]) => !this.writes.has(name)),
      ...written.map(({ name, value }): [string, string] => [name, value!])].filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name, value])
  }

  family (name: string): [name: string, value: string][] {
    return this.entries(name).filter(([cookie]) => cookie === name || cookie.startsWith(`${name}.`))
  }

  names (prefix: string): string[] {
    return this.#sent.map(([name]) => name).filter(name => name.startsWith(prefix))
  }

  set (name: string, value: string, attributes: CookieAttributes, stillWanted: () => boolean = () => true): void {
    this.writes.set(name, { name, value, attributes, stillWanted })
  }

  clear (name: string, attributes: CookieAttributes): void {
    this.writes.set(name, { name, value: undefined, attributes, stillWanted: () => true })
  }

  /** Sends the headers and returns what they set. */
  send (): Write[] {
    const sent = [...this.writes.values()].filter(({ stillWanted }) => stillWanted())
    this.writable = false
    this.#respond(sent)
    return sent
  }
}

/** The jar of a request with exactly these cookies; several may have one name. */
export function jarOf (header: string): MapJar {
  const sent: [string, string][] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 1) continue
    sent.push([pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()])
  }
  return new MapJar({ sent })
}
