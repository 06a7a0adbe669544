import { createHash } from 'node:crypto'
import {
  anonymousAccessToken, createAnonymousSession, type AnonymousSessionParams, type AnonymousToken
} from '../../authentication/api/anonymous.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { createExpiringMap, type ExpiringMap } from '../../base/expiring-map.js'
import { SessionNotWritableError } from '../../errors.js'
import type { CookieJar } from '../../../types/stores.js'
import { callOptions, requireOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { refuseSessions } from '../session/no-sessions.js'
import { isOver, keepVisitor, readVisitor, type VisitorSession } from './anonymous-cookie.js'

/** Options of `request.auth0.anonymous.getAccessToken()`. */
export interface AnonymousAccessTokenOptions extends AnonymousSessionParams, CallOptions {}

/** An access token of the visitor whose request this is (beta). */
export type AnonymousAccessToken = Pick<AnonymousToken, 'accessToken' | 'expiresAt' | 'scope'>

/** Access tokens of visitors that are remembered in this process. */
const MAX_TOKENS = 1000
/** Seconds a session is kept where Auth0 does not say how long it lives. */
const USUAL_LIFETIME = 30 * 86_400

/** `request.auth0.anonymous` (beta): the session of a visitor who has not logged in, in a sealed cookie of its own. */
export interface AnonymousVisitor extends ReturnType<typeof anonymous> {
  /** Forgets the visitor's session in this browser. Access tokens that were given out stay good until they expire. */
  forget: () => void
}

/** What of it calls Auth0, or must know the tenant. */
export function anonymous (context: PluginContext, request: RequestContext) {
  return {
    /** Whether this browser has a visitor's session. */
    exists: async (): Promise<boolean> => readVisitor(context, request, await request.server()) !== undefined,
    /**
     * An access token for the visitor. The first call begins a session: call it where one is of use, not for every
     * visitor of every page. A login takes the session over, and this cookie ends.
     * @throws SessionNotWritableError where a session would have to begin and its cookie can no longer be set
     */
    getAccessToken: async (options: AnonymousAccessTokenOptions = {}): Promise<AnonymousAccessToken> => {
      requireOptions(options)
      if (context.config.apiOnly) refuseSessions()
      const server = await request.server()
      const visitor = readVisitor(context, request, server)
      if (visitor !== undefined) {
        try {
          return await renewed(context, request, visitor, options)
        } catch (error) {
          if (!isOver(error)) throw error
        }
      }
      return await begin(context, request, server, options, visitor)
    }
  }
}

/** Sessions that a request is about to begin: its parallel calls share one. */
const beginnings = new WeakMap<CookieJar, Promise<unknown>>()

/** @param over the session in the request's cookie, which Auth0 has ended */
async function begin (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: AnonymousAccessTokenOptions, over: VisitorSession | undefined): Promise<AnonymousAccessToken> {
  const { jar } = request
  for (let running = beginnings.get(jar); running !== undefined; running = beginnings.get(jar)) {
    await running.catch(() => {
      // Its own caller is told; this one tries for itself.
    })
  }
  const visitor = readVisitor(context, request, server)
  if (visitor !== undefined && visitor.sessionToken !== over?.sessionToken) {
    return await renewed(context, request, visitor, options)
  }
  if (!jar.writable) throw new SessionNotWritableError()
  const work = newSession(context, request, server, options)
  beginnings.set(jar, work)
  try {
    return await work
  } finally {
    beginnings.delete(jar)
  }
}

async function newSession (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  { signal, forwardedFor, ...params }: AnonymousAccessTokenOptions): Promise<AnonymousAccessToken> {
  const { sessionToken, sessionExpiresAt, ...token } =
    await createAnonymousSession(server, params, callOptions({ signal, forwardedFor }, request))
  keepVisitor(context, request, server, {
    sessionToken,
    expiresAt: sessionExpiresAt ?? Math.floor(context.now()) + USUAL_LIFETIME
  })
  tokensOf(context).set(keyOf(server, sessionToken, params), token, token.expiresAt - context.config.refreshLeeway)
  return token
}

async function renewed (context: PluginContext, request: RequestContext, { sessionToken }: VisitorSession,
  { audience, scope, ...options }: AnonymousAccessTokenOptions): Promise<AnonymousAccessToken> {
  const server = await request.server()
  const key = keyOf(server, sessionToken, { audience, scope })
  const tokens = tokensOf(context)
  const known = tokens.get(key)
  if (known !== undefined) return known
  const { sessionExpiresAt: _, ...token } =
    await anonymousAccessToken(server, { sessionToken, audience, scope }, callOptions(options, request))
  tokens.set(key, token, token.expiresAt - context.config.refreshLeeway)
  return token
}

function keyOf ({ issuer }: AuthorizationServer, sessionToken: string,
  { audience = '', scope = '' }: Pick<AnonymousSessionParams, 'audience' | 'scope'>): string {
  return createHash('sha256').update(JSON.stringify([issuer, sessionToken, audience, scope])).digest('base64url')
}

/** Each registration's own; most have none. */
const remembered = new WeakMap<PluginContext, ExpiringMap<AnonymousAccessToken>>()

function tokensOf (context: PluginContext): ExpiringMap<AnonymousAccessToken> {
  let tokens = remembered.get(context)
  if (tokens === undefined) {
    remembered.set(context, tokens = createExpiringMap({ maxEntries: MAX_TOKENS, now: context.now }))
  }
  return tokens
}
