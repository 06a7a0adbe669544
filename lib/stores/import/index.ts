import { createHash } from 'node:crypto'
import { SessionStoreError, SessionTooLargeError } from '../../errors.js'
import { deepFreeze } from '../../base/json.js'
import type { ImportedCookie, ImportSessionsOptions } from '../../../types/options.js'
import type {
  CookieJar, RevocationFilter, RevocationStore, SessionData, SessionRecord, SessionTokens
} from '../../../types/stores.js'
import { absoluteEnd, sessionEnd, type Lifetime } from '../lifetime.js'
import { isRevoked } from '../revocation/revocation-watch.js'
import { checkedMoment } from '../store-answers.js'
import { bounded } from '../store-deadline.js'
import type { LiveSession, SessionCookieNames, Sessions } from '../sessions.js'
import { auth0Fastify } from './auth0-fastify.js'
import { expressOpenidConnect } from './express-openid-connect.js'
import type { ImportedSecret, SessionFormat } from './imported-session.js'
import { clearPeerCookie, readPeerCookie } from './peer-cookie.js'
import { translate, type TranslateOptions } from './translate.js'

/** What taking over other libraries' sessions needs. */
export interface ImportingOptions extends TranslateOptions {
  from: ImportSessionsOptions
  revocations: RevocationStore
  lifetime: Lifetime
  /** The cookies of this application's own sessions. */
  names: (jar: CookieJar) => SessionCookieNames
  /** The name that the application gave its own session cookie. */
  cookieName: string | undefined
  warn: (code: string, detail: object) => void
  /** Seconds to wait for the revocation list. */
  timeout: number
  /** What a failing store, or list, means for a request. */
  onStoreError: 'fail' | 'anonymous'
  audience: string | undefined
  /** What a token whose scopes are not noted was asked for. */
  scope: string
}

interface Source extends ImportedCookie {
  format: SessionFormat
  name: string
  secrets: readonly ImportedSecret[]
}

const FORMATS = { auth0Fastify, expressOpenidConnect }

/**
 * Sessions that begin as another library's cookie: read at first use, written as ours, the old cookie cleared.
 * The id follows from the old cookie, so that parallel requests take over one session, and one that was logged out
 * stays so.
 */
export function importingSessions (inner: Sessions, options: ImportingOptions): Sessions {
  const { revocations, lifetime, now } = options
  const sources = Object.entries(options.from).flatMap(([library, cookie]: [string, ImportedCookie]): Source[] => {
    const format = FORMATS[library as keyof typeof FORMATS]
    // An application that has kept its options may name the old cookie by our option.
    const names = cookie.name !== undefined ? [cookie.name] : [format.cookie, options.cookieName ?? format.cookie]
    const secrets = [cookie.secret].flat() as ImportedSecret[]
    return [...new Set(names)].map(name => ({ ...cookie, format, name, secrets }))
  })
  const warned = new Set<string>()
  /** Tokens of sessions that were only looked at. */
  const looked = new WeakMap<CookieJar, SessionTokens>()

  function warnOnce (code: string, detail: object): void {
    if (!warned.has(code)) options.warn(code, detail)
    warned.add(code)
  }

  /** Clears the old cookies. Those with a name of ours are replaced or cleared with ours. */
  function clearOld (jar: CookieJar): void {
    if (!jar.writable) return
    const own: string[] = Object.values(options.names(jar))
    for (const source of sources) if (!own.includes(source.name)) clearPeerCookie(jar, source.name, source)
  }

  /** The session an old cookie stands for; `undefined` without one that opens, lives and is this tenant's. */
  function open (jar: CookieJar): SessionData | undefined {
    for (const { format, name, secrets } of sources) {
      const value = readPeerCookie(jar, name)
      const found = value === undefined
        ? undefined
        : format.open(value, { name, secrets, now: now(), audience: options.audience, scope: options.scope })
      const session = found && translate(found, idOf(value!), options)
      if (session !== undefined) return session
    }
    return undefined
  }

  async function isOver (record: SessionRecord): Promise<boolean> {
    const revokedAt = await bounded('revokedAt', options.timeout, () => revocations.revokedAt({
      id: record.id,
      iss: record.issuer,
      sub: record.user.sub,
      ...(record.sid !== undefined && { sid: record.sid })
    }), 'revocation')
    return isRevoked(checkedMoment(revokedAt), record.createdAt)
  }

  async function takeOver (jar: CookieJar, session: SessionData): Promise<LiveSession | undefined> {
    const { record } = session
    if (await isOver(record)) return undefined
    // A request that came together with this one may have taken it over, and refreshed its tokens.
    const current = await inner.load(jar, record.id)
    return await created(jar, current ?? session) ? await inner.read(jar) : undefined
  }

  /**
   * A session as it is, for a request whose answer can set no cookie, such as an upgrade: another one takes it over.
   * Its refresh token stays unused, since a new one could not be kept.
   */
  async function look (jar: CookieJar, session: SessionData): Promise<LiveSession | undefined> {
    if (await isOver(session.record)) return undefined
    const taken = await inner.load(jar, session.record.id)
    const record = deepFreeze(taken?.record ?? session.record)
    const expiresAt = sessionEnd(record, now(), lifetime)
    if (expiresAt <= now()) return undefined
    const { refreshToken, ...tokens } = session.tokens
    if (taken === undefined) looked.set(jar, deepFreeze(tokens))
    return { record, lastActivity: now(), expiresAt }
  }

  /** A session that our cookies cannot hold counts as none: otherwise every request would fail. */
  async function created (jar: CookieJar, session: SessionData): Promise<boolean> {
    const { custom, ...record } = session.record
    try {
      await inner.create(jar, session)
      return true
    } catch (error) {
      if (!(error instanceof SessionTooLargeError)) throw error
      if (custom === undefined) {
        warnOnce('imported_session_too_large', {})
        return false
      }
      warnOnce('imported_fields_too_large', { fields: Object.keys(custom) })
      return await created(jar, { ...session, record })
    }
  }

  /**
   * Ends an imported session, and all that the other library has written of it since that login. A list that fails is
   * reported and does not keep the browser logged in.
   */
  async function end ({ id, issuer: iss, sid, user: { sub }, createdAt, ...record }: SessionRecord): Promise<void> {
    const at = Math.max(now(), createdAt)
    const until = absoluteEnd({ createdAt, ...record }, lifetime)
    if (until <= now()) return
    const filters: RevocationFilter[] = [{ id }, ...(sid === undefined ? [] : [{ iss, sid, sub }])]
    for (const filter of filters) {
      await bounded('revoke', options.timeout, () => revocations.revoke(filter, at, until), 'revocation')
        .catch((error: unknown) => options.warn('revocation_failed', { error }))
    }
  }

  /** By the application's choice a store that fails means "nobody is logged in"; the old cookie stays. */
  function failed (error: unknown): undefined {
    if (options.onStoreError === 'fail' || !(error instanceof SessionStoreError)) throw error
    options.warn('session_store_failed', { error })
  }

  return {
    ...inner,

    read (jar, touch) {
      const found = inner.read(jar, touch)
      const orImported = (read: LiveSession | undefined) => {
        // Only a session that is written can be bound to a device.
        const session = read === undefined && (jar.writable || inner.device === undefined) ? open(jar) : undefined
        if (session === undefined) return read
        if (!jar.writable) return look(jar, session).catch(failed)
        return takeOver(jar, session).then(taken => {
          clearOld(jar)
          return taken
        }, failed)
      }
      return found instanceof Promise ? found.then(orImported) : orImported(found)
    },

    tokens (jar, record) {
      const tokens = looked.get(jar)
      return tokens?.id === record.id ? tokens : inner.tokens(jar, record)
    },

    async create (jar, session) {
      // What was there before is over, also for copies of the old cookie.
      const before = (await inner.read(jar))?.record
      const old = open(jar)?.record
      for (const record of [before, old]) if (record?.id.startsWith(MARK) === true) await end(record)
      clearOld(jar)
      await inner.create(jar, session)
    },

    async destroy (jar) {
      const old = open(jar)?.record
      clearOld(jar)
      const record = await inner.destroy(jar)
      if (old !== undefined) await end(old)
      // A store forgets a session that it deleted: what is left of the old cookie must not bring it back.
      if (record?.id.startsWith(MARK) === true) await end(record)
      return record
    }
  }
}

const MARK = 'imported-'

/** A cookie that opened has one spelling, so that its hash stands for the bytes that were authenticated. */
function idOf (value: string): string {
  return MARK + createHash('sha256').update(value).digest('base64url')
}
