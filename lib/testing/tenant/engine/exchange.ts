/** A request as the tenant's features see it, whether it came by socket or through `tenant.fetch`. */
export interface TenantRequest {
  readonly method: string
  /** The whole URL, on the tenant's issuer. */
  readonly url: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Form or JSON body; values as they came. */
  readonly body: Readonly<Record<string, unknown>>
  /** Query and body together. */
  readonly params: Readonly<Record<string, unknown>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The client certificate, PEM, when the connection had one. */
  readonly certificate?: string | undefined
  /** The IP address it came from. */
  readonly address: string
}

/** What the tenant answers. */
export interface TenantAnswer {
  status: number
  headers: Record<string, string | string[]>
  body: string
}

/** What a request is made of before it is parsed. */
export interface RawRequest {
  method: string
  url: string
  headers: Record<string, string>
  text: string
  certificate?: string | undefined
  /** Default: this computer's. */
  address?: string | undefined
}

/** An error that a feature answers with; Auth0's OAuth form. */
export class TenantError extends Error {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor (status: number, body: Record<string, unknown>, headers: Record<string, string> = {}) {
    super(String(body.error ?? body.code ?? body.title))
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** An OAuth error answer. */
export function oauthError (status: number, error: string, description: string,
  more: Record<string, unknown> = {}): TenantError {
  return new TenantError(status, { error, error_description: description, ...more })
}

function parseJson (text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    // Auth0 takes a broken body for an empty one: the missing parameters are reported
    return {}
  }
}

function parseBody (type: string, text: string): Record<string, unknown> {
  if (text === '') return {}
  if (type.includes('json')) return parseJson(text)
  if (type.includes('application/x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  return {}
}

/** An address as one text: IPv4 without its IPv6 prefix, and one address for this computer. */
export function plainAddress (address: string): string {
  const plain = address.trim().replace(/^::ffff:(?=\d+\.)/iu, '').toLowerCase()
  return plain === '::1' ? '127.0.0.1' : plain
}

/** Reads the query and the body of a request. */
export function parseRequest (raw: RawRequest): TenantRequest {
  const url = new URL(raw.url)
  const query = Object.fromEntries(url.searchParams)
  const body = parseBody(raw.headers['content-type'] ?? '', raw.text)
  return {
    method: raw.method,
    url: raw.url,
    path: url.pathname,
    query,
    body,
    params: { ...query, ...body },
    headers: raw.headers,
    text: raw.text,
    address: plainAddress(raw.address ?? '127.0.0.1'),
    certificate: raw.certificate
  }
}

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

/** A JSON answer. */
export function json (status: number, body: unknown, headers: Record<string, string> = {}): TenantAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...noStore, ...headers },
    body: JSON.stringify(body)
  }
}

/** A plain text answer. */
export function text (status: number, body: string): TenantAnswer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...noStore }, body }
}

/** A page. */
export function html (status: number, body: string): TenantAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...noStore }, body }
}

/** An answer without a body. */
export function empty (status: number, headers: Record<string, string> = {}): TenantAnswer {
  return { status, headers: { ...noStore, ...headers }, body: '' }
}

/** A redirect to GET. */
export function redirect (location: string, status = 302): TenantAnswer {
  return empty(status, { location })
}
