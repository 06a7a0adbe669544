import type { RequestListener } from 'node:http'
import type { Clock } from './clock.js'
import type { Feature, TenantContext } from './context.js'
import { runEngine } from './engine.js'
import {
  json, oauthError, parseRequest, TenantError, type RawRequest, type TenantAnswer, type TenantRequest
} from './exchange.js'
import type { LoggedRequest } from './request-log.js'
import type { Interceptor } from './records.js'

function matcher (path: string): (actual: string) => Record<string, string> | undefined {
  const pattern = new RegExp(`^${path.replace(/:(\w+)/gu, '(?<$1>[^/]+)')}$`, 'u')
  return actual => {
    const match = pattern.exec(actual)
    return match === null
      ? undefined
      : Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, decoded(value)]))
  }
}

function decoded (segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw oauthError(400, 'invalid_request', 'The path must be well-formed.')
  }
}

function formText (body: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(body).filter(([, value]) => value !== undefined && value !== null)
  return new URLSearchParams(
    pairs.map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)])
  ).toString()
}

/** The engine reads forms only, and what `before` made of a request. */
function forEngine (original: TenantRequest, request: TenantRequest): TenantRequest {
  const isJson = request.headers['content-type']?.includes('json') ?? false
  if (!isJson && request.body === original.body) return request
  return {
    ...request,
    headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' },
    text: formText(request.body)
  }
}

async function fromResponse (response: Response): Promise<TenantAnswer> {
  const cookies = response.headers.getSetCookie()
  const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'set-cookie'))
  return {
    status: response.status,
    headers: { ...headers, ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) },
    body: await response.text()
  }
}

/** How the tenant answers: interceptors, then the features' routes, then the engine. */
export function createHandler (options: {
  tenant: TenantContext,
  features: readonly Feature[],
  listener: RequestListener,
  clock: Clock,
  interceptors: Set<Interceptor>,
  log: (request: TenantRequest, at: number) => LoggedRequest
}): { handle: (raw: RawRequest) => Promise<TenantAnswer>, send: (request: TenantRequest) => Promise<TenantAnswer> } {
  const { tenant, features, listener, clock, interceptors, log } = options
  const routes = features.flatMap(feature => feature.routes?.(tenant) ?? [])
    .map(route => ({ ...route, match: matcher(route.path) }))

  async function send (given: TenantRequest): Promise<TenantAnswer> {
    // Probes ask whether the metadata is there.
    const isProbe = given.method === 'HEAD' && given.path.startsWith('/.well-known/')
    const answer = await answerFor(isProbe ? { ...given, method: 'GET' } : given)
    return isProbe ? { ...answer, body: '' } : answer
  }

  async function answerFor (request: TenantRequest): Promise<TenantAnswer> {
    for (const { method, match, handle } of routes) {
      const params = method === request.method ? match(request.path) : undefined
      if (params !== undefined) return handle(request, params)
    }
    let changed = request
    for (const feature of features) changed = await feature.before?.(changed, tenant) ?? changed
    let answer = await runEngine(listener, forEngine(request, changed), tenant.issuer)
    for (const feature of features) answer = await feature.after?.(answer, changed, tenant) ?? answer
    return answer
  }

  async function answerOrError (request: TenantRequest): Promise<TenantAnswer> {
    try {
      return await send(request)
    } catch (error) {
      if (error instanceof TenantError) return json(error.status, error.body, error.headers)
      tenant.errors.push(error as Error)
      return json(500, { error: 'server_error', error_description: (error as Error).message })
    }
  }

  async function answerTo (raw: RawRequest): Promise<TenantAnswer> {
    const request = parseRequest(raw)
    const entry = log(request, tenant.now())
    let answer: TenantAnswer | undefined
    for (const intercept of interceptors) {
      const response = await intercept(request)
      answer = response && await fromResponse(response)
      if (answer !== undefined) break
    }
    answer ??= await answerOrError(request)
    entry.status = answer.status
    return answer
  }

  return { handle: raw => clock.run(() => answerTo(raw)), send }
}
