import { randomBytes } from 'node:crypto'
import { redisSpace, type RedisSpace, type RedisStoreOptions } from './redis-client.js'
import { LOCK, REFRESH_GET, REFRESH_SET, UNLOCK } from './redis-scripts.js'
import type { RefreshStore } from '../../../types/stores.js'

/** Shares refreshes over Redis or Valkey, among all processes that use it. */
export class RedisRefreshStore implements RefreshStore {
  readonly #space: RedisSpace

  constructor (options: RedisStoreOptions) {
    this.#space = redisSpace(options, 'auth0:refresh:')
  }

  /** From the primary: whoever reads under the lock must see what the holder before has written. */
  async get (key: string): Promise<string | undefined> {
    const value = await this.#space.redis.run(REFRESH_GET, this.#space.prefix + key)
    return value === null || value === undefined ? undefined : String(value)
  }

  async set (key: string, value: string, ttlSeconds: number): Promise<void> {
    await this.#space.redis.run(REFRESH_SET, this.#space.prefix + key, value, milliseconds(ttlSeconds))
  }

  async lock (key: string, leaseSeconds: number): Promise<(() => Promise<void>) | undefined> {
    const lockKey = `${this.#space.prefix}lock:${key}`
    const owner = randomBytes(16).toString('base64url')
    const taken = Number(await this.#space.redis.run(LOCK, lockKey, owner, milliseconds(leaseSeconds))) === 1
    if (!taken) return undefined
    return async () => {
      await this.#space.redis.run(UNLOCK, lockKey, owner)
    }
  }
}

function milliseconds (seconds: number): number {
  return Math.max(1, Math.ceil(seconds * 1000))
}
