import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'

interface Kept {
  name: string
  value: string
  domain: string
  hostOnly: boolean
  path: string
  secure: boolean
  sameSite: string
  httpOnly: boolean
  expires: number
}

/** A Set-Cookie header, taken apart. */
export interface SetCookie {
  name: string
  value: string
  attributes: Map<string, string>
}

export function setCookies (response: LightMyRequestResponse): SetCookie[] {
  const header = response.headers['set-cookie'] ?? []
  return [header].flat().map(line => {
    const [pair = '', ...rest] = line.split(';')
    const at = pair.indexOf('=')
    const attributes = rest.map((one): [string, string] => {
      const [key = '', value = ''] = one.trim().split('=')
      return [key.toLowerCase(), value]
    })
    return { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim(), attributes: new Map(attributes) }
  })
}

/** Whether a Set-Cookie takes its cookie away. */
export function clears (cookie: SetCookie): boolean {
  const expires = cookie.attributes.get('expires')
  return cookie.value === '' || cookie.attributes.get('max-age') === '0' ||
    (expires !== undefined && Date.parse(expires) <= 0)
}

/** A user agent over `app.inject` that keeps cookies as RFC 6265bis says. */
export class Browser {
  readonly app: FastifyInstance
  readonly origin: URL
  cookies: Kept[] = []
  /** Every cookie value this browser was ever given. */
  readonly given = new Set<string>()
  readonly #now: () => number

  constructor (app: FastifyInstance, options: { origin: string, now: () => number }) {
    this.app = app
    this.origin = new URL(options.origin)
    this.#now = options.now
  }

  /** Sends a request with this browser's cookies and keeps what comes back. */
  async send (method: string, path: string,
    options: { headers?: Record<string, string | undefined>, payload?: string | Buffer, remember?: boolean } =
    {}): Promise<LightMyRequestResponse> {
    const headers: Record<string, string> = { host: this.origin.host }
    const cookie = this.cookieHeader(path)
    if (cookie !== '') headers.cookie = cookie
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      if (value === undefined) delete headers[name]
      else headers[name] = value
    }
    const request: InjectOptions = { method: method as NonNullable<InjectOptions['method']>, url: path, headers }
    if (options.payload !== undefined) request.payload = options.payload
    const response = await this.app.inject(request)
    if (options.remember !== false) this.keep(response)
    return response
  }

  /** A top-level navigation, from nowhere unless `site` says otherwise. */
  navigate (path: string, headers: Record<string, string | undefined> = {}): Promise<LightMyRequestResponse> {
    // who wants JSON is a script
    if (headers.accept?.includes('json')) headers = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', ...headers }
    return this.send('GET', path, {
      headers: {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-site': 'none',
        ...headers
      }
    })
  }

  /** A call by a script. */
  call (path: string, headers: Record<string, string | undefined> = {}): Promise<LightMyRequestResponse> {
    return this.send('GET', path, {
      headers: { accept: 'application/json', 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin', ...headers }
    })
  }

  /** A form sent by POST. */
  submit (path: string, fields: URLSearchParams | Record<string, string>,
    headers: Record<string, string | undefined> = {}): Promise<LightMyRequestResponse> {
    return this.send('POST', path, {
      headers: {
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': 'same-origin',
        origin: this.origin.origin,
        ...headers
      },
      payload: new URLSearchParams(fields).toString()
    })
  }

  cookieHeader (path: string): string {
    const pathname = path.split(/[?#]/)[0] ?? '/'
    return this.cookies
      .filter(cookie =>
        cookie.expires > this.#now() && pathMatches(pathname, cookie.path) &&
        (!cookie.secure || this.origin.protocol === 'https:')
      )
      .map(cookie => `${cookie.name}=${cookie.value}`).join('; ')
  }

  /** The value of a kept cookie whose name `matches`. */
  cookie (matches: (name: string) => boolean): string | undefined {
    return this.cookies.find(cookie => matches(cookie.name))?.value
  }

  names (): string[] {
    return this.cookies.map(cookie => cookie.name)
  }

  /** Puts a cookie into the browser, as an attacker or a test does. */
  plant (name: string, value: string): void {
    this.forget(name)
    this.cookies.push({
      name,
      value,
      domain: this.origin.hostname,
      hostOnly: true,
      path: '/',
      secure: false,
      sameSite: 'lax',
      httpOnly: true,
      expires: Infinity
    })
  }

  forget (name: string): void {
    this.cookies = this.cookies.filter(cookie => cookie.name !== name)
  }

  /** A second browser with the same cookies. */
  copy (): Browser {
    const other = new Browser(this.app, { origin: this.origin.href, now: this.#now })
    other.cookies = this.cookies.map(cookie => ({ ...cookie }))
    return other
  }

  keep (response: LightMyRequestResponse): void {
    for (const cookie of setCookies(response)) {
      const domain = cookie.attributes.get('domain')
      const path = cookie.attributes.get('path') ?? '/'
      const secure = cookie.attributes.has('secure')
      if (secure && this.origin.protocol !== 'https:') continue
      if (cookie.name.startsWith('__Host-') && (!secure || domain !== undefined || path !== '/')) continue
      if (cookie.name.startsWith('__Secure-') && !secure) continue
      if (domain !== undefined && !`.${this.origin.hostname}`.endsWith(`.${domain.replace(/^\./, '')}`)) continue
      const gone = clears(cookie)
      // a browser matches cookies by name, domain and path: a clearing with other attributes clears nothing
      this.cookies = this.cookies.filter(kept =>
        !(kept.name === cookie.name && kept.path === path && kept.domain === (domain ?? this.origin.hostname))
      )
      if (gone) continue
      this.given.add(cookie.value)
      const maxAge = cookie.attributes.get('max-age')
      const expires = cookie.attributes.get('expires')
      this.cookies.push({
        name: cookie.name,
        value: cookie.value,
        domain: domain ?? this.origin.hostname,
        hostOnly: domain === undefined,
        path,
        secure,
        sameSite: (cookie.attributes.get('samesite') ?? 'lax').toLowerCase(),
        httpOnly: cookie.attributes.has('httponly'),
        expires: maxAge !== undefined
          ? this.#now() + Number(maxAge)
          : expires !== undefined ? Date.parse(expires) / 1000 : Infinity
      })
    }
  }
}

/** @see RFC 6265 section 5.1.4 */
function pathMatches (path: string, cookiePath: string): boolean {
  return path === cookiePath ||
    (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'))
}
