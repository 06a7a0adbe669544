import type { TenantAnswer } from '../engine/exchange.js'

interface Cookie {
  name: string
  value: string
  path: string
}

/** How to get through the tenant's pages. */
export interface LoginOptions {
  /** Where the application sends the browser: the URL of `/authorize`. */
  authorizationUrl: string | URL
  /** The user's id, e-mail address, phone number or user name. Default: the tenant's first user. */
  user?: string
  /** Types this password instead of picking the user from the list. */
  password?: string
  /** The IP address of the browser. Default `127.0.0.1`. */
  address?: string
  /** Press the Cancel button. */
  cancel?: boolean
  /** Answers to further pages by the name of the input, e.g. `{ code: '123456' }`. */
  answers?: Record<string, string>
}

/**
 * Where a browser ends up: at the application, with the body of a `form_post`, or on a page of the tenant that leads
 * nowhere.
 */
export interface Arrival {
  url: string
  body?: string
}

interface Page {
  name: string | undefined
  action: string
  inputs: Record<string, string>
}

/** What a browser needs of a tenant: to send requests, and to know its users and the codes they were sent. */
interface VisitedTenant {
  send: (
    request: { method: string, url: string, headers: Record<string, string>, text: string, address: string | undefined }
  ) => Promise<TenantAnswer>
  issuer: string
  userId: (name: string | undefined) => string
  code: (name: string | undefined) => Promise<string>
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function unescape (text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/gu, (_match, name: string) => entities[name]!)
}

function attribute (tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'u').exec(tag)?.[1]
  return value === undefined ? undefined : unescape(value)
}

function readPage (body: string, url: string): Page | undefined {
  const form = /<form[^>]*>/u.exec(body)?.[0]
  if (form === undefined) return undefined
  const hidden = (body.match(/<input[^>]*type="hidden"[^>]*>/gu) ?? []).map(
    tag => [attribute(tag, 'name')!, attribute(tag, 'value') ?? '']
  )
  return {
    name: /data-page="([^"]*)"/u.exec(body)?.[1],
    action: new URL(attribute(form, 'action') ?? url, url).href,
    inputs: Object.fromEntries(hidden)
  }
}

/** A browser without a window: it keeps the tenant's cookies and fills in its pages. */
export class TenantBrowser {
  readonly #tenant: VisitedTenant
  #cookies: Cookie[] = []
  #address: string | undefined

  constructor (tenant: VisitedTenant) {
    this.#tenant = tenant
  }

  #remember (answer: TenantAnswer): void {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = '', ...attributes] = line.split(/;\s*/u)
      const name = pair.slice(0, pair.indexOf('='))
      const path = attributes.find(item => /^path=/iu.test(item))?.slice(5) ?? '/'
      this.#cookies = this.#cookies.filter(cookie => cookie.name !== name || cookie.path !== path)
      const value = pair.slice(pair.indexOf('=') + 1)
      if (value !== '') this.#cookies.push({ name, value, path })
    }
  }

  /** Sends one request to the tenant with the cookies it has set. */
  async request (method: string, url: string, form?: Record<string, string>): Promise<TenantAnswer> {
    const { pathname } = new URL(url)
    const cookie = this.#cookies.filter(({ path }) => pathname.startsWith(path)).map(({ name, value }) =>
      `${name}=${value}`
    ).join('; ')
    const headers = {
      accept: 'text/html',
      ...(cookie === '' ? {} : { cookie }),
      ...(form && { 'content-type': 'application/x-www-form-urlencoded' })
    }
    const answer = await this.#tenant.send({
      method,
      url,
      headers,
      text: form === undefined ? '' : new URLSearchParams(form).toString(),
      address: this.#address
    })
    this.#remember(answer)
    return answer
  }

  async #fill (page: Page, options: LoginOptions): Promise<Record<string, string>> {
    if (options.cancel) return { ...page.inputs, action: 'cancel' }
    if (page.name === 'login') {
      return options.password === undefined
        ? { ...page.inputs, user: this.#tenant.userId(options.user), ...options.answers }
        : {
            ...page.inputs,
            username: options.user ?? '',
            password: options.password,
            action: 'continue',
            ...options.answers
          }
    }
    if (page.name === 'mfa') {
      const code = options.answers?.code ?? await this.#tenant.code(options.user)
      return { ...page.inputs, code, action: 'continue' }
    }
    return { ...page.inputs, ...(page.name === undefined ? {} : { action: 'continue', ...options.answers }) }
  }

  /** Follows redirects and fills in pages until the browser is back at an application. */
  async open (options: LoginOptions): Promise<Arrival> {
    let url = String(options.authorizationUrl)
    this.#address = options.address
    let answer = await this.request('GET', url)
    for (let steps = 0; steps < 20; steps++) {
      const { location } = answer.headers
      if (typeof location === 'string') {
        url = new URL(location, url).href
        if (!url.startsWith(this.#tenant.issuer)) return { url }
        answer = await this.request('GET', url)
        continue
      }
      const page = readPage(answer.body, url)
      if (page === undefined && answer.status < 400 && answer.body !== '') return { url }
      if (page === undefined || (answer.status >= 400 && page.name !== undefined)) break
      if (!page.action.startsWith(this.#tenant.issuer)) {
        return { url: page.action, body: new URLSearchParams(page.inputs).toString() }
      }
      url = page.action
      answer = await this.request('POST', url, await this.#fill(page, options))
    }
    throw new Error(
      `The tenant answered ${answer.status} and no way ` +
        `on: ${unescape(answer.body.replace(/<style>[^<]*<\/style>|<[^<>]+>/gu, ' ').replace(/\s+/gu, ' ').trim())}`
    )
  }

  /** Logs in and returns the callback URL. */
  async login (options: LoginOptions): Promise<string> {
    const { url, body } = await this.open(options)
    if (body !== undefined) throw new Error('The answer came by form_post: use loginFormPost().')
    return url
  }

  /** Logs in where the answer comes by `response_mode=form_post`, and returns the callback's URL and body. */
  async loginFormPost (options: LoginOptions): Promise<{ url: string, body: string }> {
    const { url, body } = await this.open(options)
    if (body === undefined) throw new Error('The answer came by redirect: use login().')
    return { url, body }
  }
}
