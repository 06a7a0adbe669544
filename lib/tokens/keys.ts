import { createSecretKey, type KeyObject } from 'node:crypto'
import { isWithin } from '../base/clock.js'
import { isObject } from '../base/json.js'
import { trace, traceChannel } from '../base/trace.js'
import { ConfigurationError, NetworkError } from '../errors.js'
import type { FetchTrace } from '../../types/telemetry.js'
import { parseJsonObject } from '../http/json.js'
import { SMALL_ANSWER, type Http } from '../http/send.js'
import { importKeySet, selectKey, type SetKey } from './jwk-set.js'
import type { JwsHeader } from './jws-header.js'
import { refuseToken } from './refuse-token.js'

const fetches = traceChannel('jwks')

/** Where the key for a token comes from. Throws a `TokenValidationError` when there is none. */
export interface KeySource {
  get(header: JwsHeader): Promise<KeyObject> | KeyObject
}

/** A key source that can be told to load its keys. */
export interface RefreshableKeySource extends KeySource {
  refresh(): Promise<void>
  /** Whether it is known now that a key it gave for a header is still among the keys; `false` where one must ask. */
  has(key: KeyObject, header: JwsHeader): boolean
  /**
   * Has keys that can be used: fetches them where there are none that are fresh. While they cannot be fetched, old ones
   * are good enough for a while.
   */
  load(): Promise<void>
  /** Begins to fetch the keys where there are none yet. Whoever needs them then learns of a failure. */
  prefetch(): void
}

export interface RemoteKeysOptions {
  jwksUri: () => Promise<string> | string
  http: Http
  now: () => number
  /** Seconds a fetched set is used before it is fetched again. Default 600. */
  maxAge?: number | undefined
}

/** Seconds a set may serve when it cannot be fetched again. */
const STALE_LIMIT = 86_400
/** Seconds between two fetches that unknown key ids cause. */
const COOLDOWN = 30

/** The keys of a JWKS URL, fetched at first use and kept. @see OpenID Connect Core section 10.1.1 */
export function remoteKeys (options: RemoteKeysOptions): RefreshableKeySource {
  return new RemoteKeys(options)
}

/** A shared secret, for `HS256` only. */
export function secretKey (secret: string): KeySource {
  if (typeof secret !== 'string' || secret === '') {
    throw new ConfigurationError('secret', 'Option "secret" must be a string that is not empty.')
  }
  const key = createSecretKey(Buffer.from(secret))
  return {
    get ({ alg }) {
      if (alg !== 'HS256') refuseToken('key_not_found', 'The secret verifies HS256 only.')
      return key
    }
  }
}

/**
 * The keys of a set that is given as it is.
 * @throws ConfigurationError when the set holds no key that can verify a signature
 */
export function staticKeys (set: unknown): KeySource {
  const keys = isObject(set) && Array.isArray(set.keys) ? importKeySet(set.keys) : []
  if (keys.length === 0) {
    throw new ConfigurationError('jwks', 'Option "jwks" must be a JSON Web Key Set, { ' +
      'keys: [...] }, with at least one public key for signatures.')
  }
  return { get: header => selectKey(keys, header) ?? refuseToken('key_not_found', 'No signing key fits the token.') }
}

class RemoteKeys implements RefreshableKeySource {
  readonly #jwksUri: RemoteKeysOptions['jwksUri']
  readonly #http: Http
  readonly #now: () => number
  readonly #maxAge: number
  #keys: readonly SetKey[] | undefined
  /** The last header a key was chosen for, and that key: headers that are kept for the next token are the same. */
  #chosenFor: JwsHeader | undefined
  #chosen: KeyObject | undefined
  #fetchedAt = -Infinity
  /** When an unknown key id last caused a fetch, whether it failed or not. */
  #earlyAt = -Infinity
  #failure: unknown
  #failures = 0
  #failedAt = -Infinity
  /** Seconds after a failure for which nothing is fetched. */
  #pause = 0
  #pending: Promise<void> | undefined

  constructor ({ jwksUri, http, now, maxAge = 600 }: RemoteKeysOptions) {
    this.#jwksUri = jwksUri
    this.#http = http
    this.#now = now
    this.#maxAge = maxAge
  }

  get (header: JwsHeader): Promise<KeyObject> | KeyObject {
    if (!this.#isYoungerThan(this.#maxAge)) return this.#getAfterExpiry(header)
    return this.#select(header) ?? this.#getAfterMiss(header)
  }

  has (key: KeyObject, { kid }: JwsHeader): boolean {
    // While a fetch fails, the old keys serve until it is tried again.
    const isKnown = this.#isYoungerThan(this.#maxAge) || (this.#isPaused() && this.#isYoungerThan(STALE_LIMIT))
    return isKnown && this.#keys!.some(known => known.key === key && (kid === undefined || known.kid === kid))
  }

  /** Fetches the keys now; callers at the same time share one fetch. */
  refresh (): Promise<void> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined
    })
    return this.#pending
  }

  prefetch (): void {
    if (this.#keys !== undefined || this.#failure !== undefined) return
    this.refresh().catch(() => {
      // Kept as `#failure`, and tried again by whoever asks for a key.
    })
  }

  async load (): Promise<void> {
    if (this.#isYoungerThan(this.#maxAge)) return
    await this.#refreshIfDue()
    if (!this.#isYoungerThan(STALE_LIMIT)) this.#giveUp()
  }

  async #getAfterExpiry (header: JwsHeader): Promise<KeyObject> {
    await this.#refreshIfDue()
    return this.#select(header) ?? this.#giveUp()
  }

  async #refreshIfDue (): Promise<void> {
    if (this.#pending === undefined && this.#isPaused()) return
    try {
      await this.refresh()
    } catch {
      // Kept as `#failure`: old keys serve for a while; without them the caller throws it.
    }
  }

  /** The key may be newer than the set: one early fetch finds out, then forged key ids cause no more for a while. */
  async #getAfterMiss (header: JwsHeader): Promise<KeyObject> {
    if (this.#pending === undefined && !isWithin(COOLDOWN, this.#earlyAt, this.#now())) {
      this.#earlyAt = this.#now()
      await this.refresh()
    } else {
      await this.#pending
    }
    return this.#select(header) ?? this.#giveUp()
  }

  #isYoungerThan (seconds: number): boolean {
    return isWithin(seconds, this.#fetchedAt, this.#now())
  }

  #isPaused (): boolean {
    return isWithin(this.#pause, this.#failedAt, this.#now())
  }

  #select (header: JwsHeader): KeyObject | undefined {
    if (this.#keys === undefined || !this.#isYoungerThan(STALE_LIMIT)) return undefined
    if (header === this.#chosenFor) return this.#chosen
    const key = selectKey(this.#keys, header)
    if (Object.isFrozen(header)) {
      this.#chosenFor = header
      this.#chosen = key
    }
    return key
  }

  /** While the keys cannot be fetched, nobody knows whether the token is bad. */
  #giveUp (): never {
    if (this.#failure !== undefined) throw this.#failure
    refuseToken('key_not_found', 'No signing key fits the token.')
  }

  async #fetch (): Promise<void> {
    try {
      this.#keys = (await this.#traced()).map(fresh => this.#keys?.find(known => isSameKey(known, fresh)) ?? fresh)
      this.#chosenFor = undefined
      this.#fetchedAt = this.#now()
      this.#failure = undefined
      this.#failures = 0
    } catch (error) {
      this.#failure = error
      this.#failures += 1
      this.#failedAt = this.#now()
      this.#pause = this.#isYoungerThan(STALE_LIMIT) ? COOLDOWN : Math.min(COOLDOWN, this.#failures - 1)
      throw error
    }
  }

  async #traced (): Promise<SetKey[]> {
    if (!fetches.hasSubscribers) return await this.#request()
    const message: FetchTrace = {}
    return await trace(fetches, message, () => this.#request(message))
  }

  async #request (message?: FetchTrace): Promise<SetKey[]> {
    const url = await this.#jwksUri()
    if (message !== undefined) message.domain = new URL(url).host
    const response = await this.#http.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json, application/jwk-set+json' },
      maxBytes: SMALL_ANSWER,
      retry: { retries: 1, maxDelay: 1, now: this.#now }
    })
    if (response.status !== 200) {
      throw new NetworkError(`The signing keys could not be fetched: the answer has status ${response.status}.`,
        undefined, 'invalid_response')
    }
    const { keys } = parseJsonObject(response, 'JWKS')
    if (!Array.isArray(keys)) {
      throw new NetworkError('The answer of the JWKS endpoint holds no list of keys.', undefined, 'invalid_response')
    }
    return importKeySet(keys)
  }
}

/** A key that is fetched again stays the same object, so that what was verified with it is recognised. */
function isSameKey (a: SetKey, b: SetKey): boolean {
  return a.kid === b.kid && a.alg === b.alg && a.key.equals(b.key)
}
