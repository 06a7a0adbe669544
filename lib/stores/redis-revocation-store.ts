import { redisCommands, type RedisClient, type RedisCommands } from './redis-client.js'
import { REVOKE } from './redis-scripts.js'
import { namesOfOwner, revocationName } from './revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../types/stores.js'

/** Options of `RedisRevocationStore`. */
export interface RedisRevocationStoreOptions {
  /** A connected client: `ioredis`, `redis` 4 or later, or `fastify.redis`; single, sentinel or cluster. */
  client: RedisClient
  /** Before every key. Default `'auth0:revoked:'`. */
  prefix?: string
  /** The clock, epoch seconds. */
  now?: () => number
}

/** Remembers revocations in Redis or Valkey, for all processes that share it. */
export class RedisRevocationStore implements RevocationStore {
  readonly #redis: RedisCommands
  readonly #prefix: string
  readonly #now: () => number

  constructor (options: RedisRevocationStoreOptions) {
    this.#redis = redisCommands(options.client)
    this.#prefix = options.prefix ?? 'auth0:revoked:'
    this.#now = options.now ?? (() => Date.now() / 1000)
  }

  async revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): Promise<void> {
    const key = this.#prefix + revocationName(filter)
    const timeToLive = Math.ceil((expiresAt - this.#now()) * 1000)
    if (timeToLive > 0) await this.#redis.run(REVOKE, key, revokedAt, timeToLive)
  }

  async revokedAt (owner: RevocationOwner): Promise<number | undefined> {
    const moments = await Promise.all(namesOfOwner(owner).map(async name => await this.#redis.get(this.#prefix + name)))
    const known = moments.filter(moment => moment !== undefined).map(Number)
    return known.length === 0 ? undefined : Math.max(...known)
  }
}
