import { createHash } from 'node:crypto'
import { keepMade, recalled } from '../kept-by-header.js'
import { createOpenedCache } from '../sealing/opened-cache.js'
import { candidatesOf, clearChunked, presentNames } from '../stateless/chunks.js'
import { COOKIE_BUDGET } from '../stateless/cookie-budget.js'
import { ForeignCookies, uselessNames, type Warn } from '../stateless/foreign-cookies.js'
import type { SessionCookieNames } from '../sessions.js'
import type { Sealer } from '../sealing/seal.js'
import type { CookieAttributes, CookieJar, SessionRecord } from '../../../types/stores.js'

/** A session by its id, and by the name the store has for it. */
export interface Identity {
  readonly id: string
  readonly key: string
}

/** An identity that cookies name again and again: it keeps what was opened for it last. */
export interface HeldIdentity extends Identity {
  /** The value that the store had, and the claims in it. */
  value: string | undefined
  record: SessionRecord | undefined
}

interface IdentityCookiesOptions {
  names: (jar: CookieJar) => SessionCookieNames
  attributes: (secure: boolean) => CookieAttributes
  transient?: boolean
  /** Seals the id, so that a session's id alone opens nothing and no made-up cookie reaches the store. */
  idSealer: Sealer
  cacheEntries: number
  warn: Warn
}

/** The cookie that names a session in a store. */
export interface IdentityCookies {
  /** The sessions that a request's cookies name; `undefined` without any cookie of that name. */
  held(jar: CookieJar): readonly HeldIdentity[] | undefined
  write(jar: CookieJar, id: string, maxAge: number): void
  /** Clears the cookies; with `everywhere` also ours at the places of earlier configurations. */
  clear(jar: CookieJar, everywhere?: boolean): void
}

const ID_SHAPE = /^[\w-]{22,128}$/
const SEALED_ID_SHAPE = /^[\w.-]{22,512}$/

/** The name under which a store keeps a session: whoever steals the store learns no id. */
export function storeKey (id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

export function identityOf (id: string): Identity {
  return { id, key: storeKey(id) }
}

export function heldIdentityOf (id: string): HeldIdentity {
  return { id, key: storeKey(id), value: undefined, record: undefined }
}

function toIdentity (id: string | undefined): HeldIdentity | undefined {
  return id !== undefined && ID_SHAPE.test(id) ? heldIdentityOf(id) : undefined
}

export function createIdentityCookies (options: IdentityCookiesOptions): IdentityCookies {
  const { names, attributes, idSealer, transient = false } = options
  /** What sealed cookies name. The store is asked every time whether the session still lives. */
  const identities = createOpenedCache<HeldIdentity>({ maxEntries: options.cacheEntries })
  const foreign = new ForeignCookies(options.warn)

  function open (value: string): HeldIdentity | undefined {
    const known = identities.get(value)
    if (known !== undefined || !SEALED_ID_SHAPE.test(value)) return known
    const opened = toIdentity(idSealer.open(value)?.toString())
    if (opened !== undefined) identities.set(value, opened)
    return opened
  }

  function heldIn (jar: CookieJar): { count: number, opened: readonly HeldIdentity[] } {
    const { session } = names(jar)
    const values = candidatesOf(jar.family(session), session)
    return { count: values.length, opened: values.map(open).filter(identity => identity !== undefined) }
  }

  /** What nearly every request has: one cookie, which opens, and room for others. */
  function onlyOne (jar: CookieJar): HeldIdentity | undefined {
    if (jar.bytes > COOKIE_BUDGET) return undefined
    const { session } = names(jar)
    const pairs = jar.family(session)
    return pairs.length === 1 && pairs[0]![0] === session ? open(pairs[0]![1]) : undefined
  }

  return {
    held (jar) {
      const { session, tokens, seen } = names(jar)
      const kept = recalled<readonly HeldIdentity[]>(jar, identities, session)
      if (kept !== undefined) return kept
      const only = onlyOne(jar)
      if (only !== undefined) {
        const held = [only]
        keepMade(jar, identities, session, held)
        return held
      }
      const { count, opened } = heldIn(jar)
      if (count === 0) return undefined
      foreign.notice(jar, { cookie: session, count, opened: opened.length }, () => [
        ...uselessNames(jar, session, value => open(value) !== undefined),
        ...presentNames(jar, tokens),
        ...presentNames(jar, seen)
      ], () => attributes(jar.secure))
      return opened
    },

    write (jar, id, maxAge) {
      jar.set(names(jar).session, idSealer.seal(id), {
        ...attributes(jar.secure),
        ...(!transient && { maxAge })
      })
    },

    clear (jar, everywhere = false) {
      if (!jar.writable) return
      const { count, opened } = heldIn(jar)
      for (const name of Object.values(names(jar))) {
        clearChunked(jar, name, attributes(jar.secure), everywhere && count > 0 && opened.length === count)
      }
    }
  }
}
