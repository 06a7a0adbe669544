import { sessionEnd } from '../../stores/lifetime.js'
import type { LiveSession } from '../../stores/sessions.js'
import type { Awaitable, SessionRecord, SessionData } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { reportRefusal } from './device-refusal.js'

/** How a session is read. */
export interface GetSessionOptions {
  /** `false` does not prolong the session. Default: what the route says, `true` unless it says no. */
  touch?: boolean | undefined
}

/**
 * The session of this request. It is opened once, and is no promise when it came in a cookie. A session that was read
 * without being prolonged is read again by the first caller that prolongs it.
 */
export function currentSession (context: PluginContext, request: RequestContext,
  { touch = true }: GetSessionOptions = {}): Awaitable<LiveSession | undefined> {
  const known = request.session
  if (known !== null && (known === undefined || !touch || !request.untouched)) return known
  request.untouched = !touch
  const read = context.sessions.read(request.jar, touch && request.touches)
  request.session = read instanceof Promise
    ? read.then(found => settleSession(context, request, found))
    : settleSession(context, request, read)
  return request.session
}

/** Remembers what was read, once it is clear whose session it is. */
function settleSession (context: PluginContext, request: RequestContext,
  read: LiveSession | undefined): Awaitable<LiveSession | undefined> {
  if (read === undefined) reportRefusal(context, request)
  const found = ofThisDomain(context, request, read)
  if (!(found instanceof Promise)) return (request.session = found)
  return found.then(kept => (request.session = kept))
}

/**
 * A session of another issuer is not this request's session, unless `formerDomains` names its issuer.
 */
function ofThisDomain (context: PluginContext, request: RequestContext,
  read: LiveSession | undefined): Awaitable<LiveSession | undefined> {
  if (read === undefined) return undefined
  const { issuer, formerIssuers } = context.config
  const { record } = read
  if (record.issuer === issuer || formerIssuers.includes(record.issuer)) return read
  if (issuer !== undefined) return undefined
  const server = request.server()
  return server instanceof Promise
    ? server.then(({ domain }) => domain === record.domain ? read : undefined)
    : server.domain === record.domain ? read : undefined
}

/** Whether a request brings a session's cookie, be it readable or not. */
export function holdsSessionCookie ({ cookieNames }: PluginContext, { jar }: RequestContext): boolean {
  return jar.family(cookieNames.session(jar).session).length > 0
}

/** The session of this request with its newest tokens; `undefined` without one, or when it ended meanwhile. */
export async function sessionWithTokens (context: PluginContext,
  request: RequestContext): Promise<SessionData | undefined> {
  const read = await currentSession(context, request)
  const tokens = read && await context.sessions.tokens(request.jar, read.record)
  return tokens && { record: read!.record, tokens }
}

/** Reads again what another request of the session may have written. With a store, only writes need to look. */
export async function adoptNewest (context: PluginContext, request: RequestContext): Promise<void> {
  if (context.sessions.kind !== 'cookie') return
  const opened = await request.session
  if (opened) context.sessions.device?.admit?.(request.jar, opened.record.id)
  const read = await ofThisDomain(context, request, await context.sessions.read(request.jar, false))
  // Not if this request has logged out meanwhile.
  if (request.session !== undefined) request.session = read
}

/**
 * Whether a change of the session can be kept. A session in cookies needs a response that can still set them.
 */
export function isWritable (context: PluginContext, request: RequestContext): boolean {
  return context.sessions.kind === 'store' || request.jar.writable
}

/** Remembers what this request has just written. */
export function setCurrentSession (context: PluginContext, request: RequestContext,
  record: SessionRecord): LiveSession {
  const lastActivity = Math.max(record.updatedAt, context.now())
  const read = { record, lastActivity, expiresAt: sessionEnd(record, lastActivity, context.config.lifetime) }
  request.session = read
  return read
}
