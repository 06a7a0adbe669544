import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { ApiError, InvalidArgumentError } from '../../errors.js'
import { parseSafely } from '../../base/json.js'
import type { CookieAttributes, CookieJar } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { helperCookie } from '../helper-cookie.js'

/** A visitor's session as the cookie holds it. */
export interface VisitorSession {
  sessionToken: string
  /** Epoch seconds. */
  expiresAt: number
}

/** Bytes that browsers keep of one cookie, its name and attributes left out. */
const MAX_COOKIE = 3900
/** Auth0's answers that mean: begin another. */
const OVER: ReadonlySet<string> = new Set(['session_expired', 'invalid_session_token'])

/** Whether Auth0 says that a visitor's session is over. */
export function isOver (error: unknown): boolean {
  return error instanceof ApiError && OVER.has(error.code)
}

/** The visitor's session at this tenant, if the browser has one that is alive. */
export function readVisitor (context: PluginContext, { jar }: RequestContext,
  server: Pick<AuthorizationServer, 'issuer'>): VisitorSession | undefined {
  const value = jar.get(cookieOf(context, jar).name)
  const opened = value === undefined ? undefined : context.anonymousSealer.open(value)
  const parsed = opened === undefined ? undefined : parseSafely(opened.toString('utf8'))
  if (!Array.isArray(parsed)) return undefined
  const [issuer, sessionToken, expiresAt] = parsed as unknown[]
  return issuer === server.issuer && typeof sessionToken === 'string' && typeof expiresAt === 'number' &&
    expiresAt > context.now()
    ? { sessionToken, expiresAt }
    : undefined
}

/** Whether the browser sends a visitor's cookie, whatever is in it. */
export function hasVisitorCookie (context: PluginContext, { jar }: RequestContext): boolean {
  return jar.get(cookieOf(context, jar).name) !== undefined
}

export function keepVisitor (context: PluginContext, { jar }: RequestContext,
  server: Pick<AuthorizationServer, 'issuer'>, { sessionToken, expiresAt }: VisitorSession): void {
  const { name, attributes } = cookieOf(context, jar)
  const value = context.anonymousSealer.seal(JSON.stringify([server.issuer, sessionToken, expiresAt]))
  if (value.length > MAX_COOKIE) {
    throw new InvalidArgumentError('metadata',
      'The anonymous session does not fit in a cookie: give it less "metadata", or keep the "sessionToken" of ' +
        'fastify.auth0.anonymous.createSession() in a store of your own.')
  }
  jar.set(name, value, { ...attributes, maxAge: Math.max(1, Math.floor(expiresAt - context.now())) })
}

export function forgetVisitor (context: PluginContext, { jar }: RequestContext): void {
  const { name, attributes } = cookieOf(context, jar)
  if (jar.get(name) !== undefined) jar.clear(name, attributes)
}

/** A cookie of its own: no guard takes it for a session. Siblings of the host cannot plant one on https. */
function cookieOf (context: PluginContext, jar: CookieJar): { name: string, attributes: CookieAttributes } {
  const { name, attributes } = helperCookie(context, jar, 'a0_anon')
  return { name: attributes.secure ? `__Host-${name}` : name, attributes }
}
