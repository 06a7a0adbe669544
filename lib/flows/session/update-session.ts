import { isDeepStrictEqual } from 'node:util'
import { InvalidArgumentError, LoginRequiredError, SessionNotWritableError } from '../../errors.js'
import { isObject } from '../../base/json.js'
import { jsonCopy } from '../../base/json-copy.js'
import type { CustomSession, Session, UserClaims } from '../../../types/session.js'
import type { PluginContext, RequestContext } from '../context.js'
import { hookedChanges, withChanges } from './patch.js'
import { currentSession, isWritable, setCurrentSession } from './session.js'
import { withExtraClaims } from './user-claims.js'
import { sessionView } from './view.js'

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
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonCopy(value, prefix + name)]))
}
