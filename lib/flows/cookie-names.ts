import { createHash } from 'node:crypto'
import { isLoopback } from '../authentication/server/domain.js'
import type { SessionCookieNames } from '../stores/sessions.js'
import type { CookieJar } from '../../types/stores.js'
import type { AppBase, Config, CookieConfig } from './config.js'

/** Names of the cookies of one registration. */
export interface CookieNames {
  session(jar: CookiePlace): SessionCookieNames
  /** Prefix of the names of transaction cookies; `_<state>` follows. */
  transaction(jar: CookiePlace): string
  /** Tells the small helper cookies of this registration from a neighbour's. */
  suffix(jar: CookiePlace): string
  /** The same for what one registration keeps in a store that others share. */
  readonly registration: string
}

/** What the names depend on in a request. */
type CookiePlace = Pick<CookieJar, 'secure' | 'host'>

/** Places whose names are remembered; without `appBaseUrl` the Host header makes them. */
const MOST_PLACES = 100

/**
 * The default names tell neighbours on one host apart: another client, prefix, path, or (as browsers share cookies
 * between ports) another port on loopback. An application at the root of a host has the names of 0.1.
 */
export function cookieNames (config: Config): CookieNames {
  const placeOf = placeIn(config.appBases)
  const known = new Map<string, ReturnType<typeof namesFor>>()

  let last: { secure: boolean, place: string, names: ReturnType<typeof namesFor> } | undefined

  function namesAt (jar: CookiePlace) {
    const place = placeOf(jar)
    if (last?.place === place && last.secure === jar.secure) return last.names
    const key = `${jar.secure ? 's' : ''} ${place}`
    let names = known.get(key)
    if (names === undefined) {
      if (known.size >= MOST_PLACES) known.clear()
      known.set(key, names = namesFor(config, jar.secure, place))
    }
    last = { secure: jar.secure, place, names }
    return names
  }

  return {
    session: jar => namesAt(jar).session,
    transaction: jar => namesAt(jar).transaction,
    suffix: jar => namesAt(jar).suffix,
    registration: nameSuffix(config, config.appBases[0] === undefined ? '' : placeOfBase(config.appBases[0]))
  }
}

function namesFor (config: Config, secure: boolean, place: string) {
  const suffix = nameSuffix(config, place)
  const session = prefixed(config.sessionCookie, `a0_${suffix}`, secure)
  return {
    session: Object.freeze({
      session,
      tokens: `${session}_t`,
      seen: `${session}_s`,
      ...(config.deviceBound !== undefined && { bound: `${session}_d` })
    }),
    transaction: prefixed(config.transactionCookie, `a0_${suffix}_tx`, secure),
    suffix: helperSuffix(config, place)
  }
}

function nameSuffix (config: Config, place: string): string {
  return digest(config, place, 'base64url').replace(/[-_]/g, '').slice(0, 6)
}

function helperSuffix (config: Config, place: string): string {
  return digest(config, place, 'hex').slice(0, 8)
}

function digest ({ clientId, prefix }: Config, place: string, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(`${clientId}|${prefix}${place === '' ? '' : `|${place}`}`).digest(encoding)
}

/**
 * A given name is used as it is; the default one gets the prefix its attributes allow. @see RFC 6265bis section 4.1.3
 */
function prefixed (cookie: CookieConfig, fallback: string, secure: boolean): string {
  if (cookie.name !== undefined) return cookie.name
  if (!(cookie.secure ?? secure)) return fallback
  return `${cookie.domain === undefined && cookie.path === '/' ? '__Host-' : '__Secure-'}${fallback}`
}

/** Where on its host the application is; empty for the root. */
function placeIn (bases: readonly AppBase[]): (jar: CookiePlace) => string {
  if (bases.length === 0) return ({ secure, host }) => placeOfBase(baseOf(secure, host))
  const places = new Set(bases.map(placeOfBase))
  if (places.size === 1) {
    const [only] = places
    return () => only!
  }
  return ({ secure, host }) => {
    const { origin } = baseOf(secure, host)
    const base = bases.find(base => base.origin === origin)
    return base === undefined ? '' : placeOfBase(base)
  }
}

function baseOf (secure: boolean, host: string): Pick<AppBase, 'origin' | 'basePath'> {
  const url = `${secure ? 'https' : 'http'}://${host}`
  return { origin: URL.canParse(url) ? new URL(url).origin : '', basePath: '' }
}

function placeOfBase ({ origin, basePath }: Pick<AppBase, 'origin' | 'basePath'>): string {
  if (origin === '') return basePath
  const { hostname, port } = new URL(origin)
  return (isLoopback(hostname) && port !== '' ? `:${port}` : '') + basePath
}
