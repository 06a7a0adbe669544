import { isDeepStrictEqual } from 'node:util'
import { InvalidArgumentError, LoginRequiredError, SessionNotWritableError } from '../../errors.js'
import { sessionEnd } from '../../stores/lifetime.js'
import { isObject } from '../../base/json.js'
import { jsonCopy } from '../../base/json-copy.js'
import type { LiveSession } from '../../stores/sessions.js'
import type { CustomSession, Session, UserClaims } from '../../../types/session.js'
import type { Awaitable, SessionRecord, SessionData } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { reportRefusal } from './device-refusal.js'
import { hookedChanges, withChanges } from './patch.js'
import { withExtraClaims } from './user-claims.js'
import { sessionView } from './view.js'

/** How a session is read. */
export interface GetSessionOptions {
  /** `false` does not prolong the session. Default: what the route says, `true` unless it says no. */
  touch?: boolean | undefined
}

/**
 * The session of this request; opened once, and at hand (not a promise) when it came in a cookie. What was read without
 * prolonging it is read again by the first who prolongs it.
 */
export function currentSession (context: PluginContext, request: RequestContext,
  { touch = true }: GetSessionOptions = {}): Awaitable<LiveSession | undefined> {
  const known = request.session
  if (known !== null && (known === undefined || !touch || !request.untouched)) return known
  request.untouched = !touch
  const read = context.sessions.read(request.jar, touch && request.touches)
  if (read instanceof Promise) {
    request.session = read.then(async found => {
      if (found === undefined) reportRefusal(context, request)
      return await ofThisDomain(context, request, found)
    }).then(found => {
      request.session = found
      return found
    })
  } else {
    if (read === undefined) reportRefusal(context, request)
    const found = ofThisDomain(context, request, read)
    request.session = found instanceof Promise
      ? found.then(kept => {
        request.session = kept
        return kept
      })
      : found
  }
  return request.session
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

/** The session of this request with its newest tokens; `undefined` without one, or when it ended meanwhile. */
export async function sessionWithTokens (context: PluginContext,
  request: RequestContext): Promise<SessionData | undefined> {
  const read = await currentSession(context, request)
  const tokens = read && await context.sessions.tokens(request.jar, read.record)
  return tokens && { record: read!.record, tokens }
}

/** Sees what a call brought that another request of the session has made. With a store only writes look again. */
export async function adoptNewest (context: PluginContext, request: RequestContext): Promise<void> {
  if (context.sessions.kind !== 'cookie') return
  const read = await ofThisDomain(context, request, await context.sessions.read(request.jar, false))
  // Not if this request has logged out meanwhile.
  if (request.session !== undefined) request.session = read
}

/**
 * Whether what becomes of the session can be kept: where it lives in cookies, only by a response that can still set
 * them.
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

/** What `updateSession()` takes: fields of the application, and claims to change in `user`. */
export type SessionPatch = Removable<CustomSession> & {
  user?: Removable<UserClaims>
}

/** Every field may be left out, or given as `undefined` to remove it. */
type Removable<T> = { [Name in keyof T]?: T[Name] | undefined }

const RESERVED = ['id', 'sid', 'actor', 'domain', 'createdAt', 'expiresAt', 'authorizationDetails', '__proto__']

/**
 * Merges a patch into the session; a field given as `undefined` is removed. Tokens are not touched.
 * @throws LoginRequiredError without a session, InvalidArgumentError for a field that is not the application's,
 * SessionNotWritableError where no cookie can be set
 */
export async function updateSession (context: PluginContext, request: RequestContext,
  patch: SessionPatch): Promise<Session> {
  if (!isObject(patch)) throw new InvalidArgumentError('patch', 'The patch must be an object of session fields.')
  for (const name of RESERVED) {
    if (Object.hasOwn(patch, name)) {
      throw new InvalidArgumentError(name, `The session field "${name}" cannot be changed.`)
    }
  }
  const { user: claims = {}, ...fields } = patch
  if (!isObject(claims)) {
    throw new InvalidArgumentError('user', 'The session field "user" must be an object of claims to change.')
  }
  if (Object.hasOwn(claims, '__proto__')) {
    throw new InvalidArgumentError('user.__proto__', 'The session field "user" must not have a member "__proto__".')
  }
  const current = await currentSession(context, request)
  if (current === undefined) throw new LoginRequiredError()
  if (!isWritable(context, request)) throw new SessionNotWritableError()
  for (const name of ['sub', 'act'] as const) {
    if (Object.hasOwn(claims, name) && !isDeepStrictEqual(claims[name], current.record.user[name])) {
      throw new InvalidArgumentError(`user.${name}`, `The user's "${name}" cannot be changed.`)
    }
  }

  const asked = { user: copyFields(claims, 'user.'), custom: copyFields(fields, '') }
  const changes = await hookedChanges(context, request, current.record, asked, { reason: 'update' })
  const saved = await context.sessions.update(request.jar, current.record.id, ({ record, tokens }) => ({
    record: withChanges(record, changes),
    tokens: withExtraClaims(tokens, { added: Object.keys(changes.user) })
  }))
  if (saved === undefined) {
    request.session = undefined
    throw new LoginRequiredError('The session ended while it was being changed.')
  }
  return sessionView(setCurrentSession(context, request, saved.record))
}

/** The fields as JSON has them; one that is `undefined` is there, and means removal. */
function copyFields (fields: Record<string, unknown>, prefix: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== '__proto__')
    .map(([name, value]) => [name, jsonCopy(value, prefix + name)]))
}
