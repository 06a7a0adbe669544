import { RedisRefreshStore } from './redis-refresh-store.js'
import { redisSpace, type RedisSpace, type RedisStoreOptions } from './redis-client.js'
import { REVOKE } from './redis-scripts.js'
import { namesOfOwner, revocationName } from '../revocation/revocation-names.js'
import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/**
 * Remembers revocations in Redis or Valkey, for all processes that share it. Serves as a `refreshStore`, too.
 */
export class RedisRevocationStore extends RedisRefreshStore implements RevocationStore {
  readonly #space: RedisSpace

  constructor (options: RedisStoreOptions) {
    const space = redisSpace(options, 'auth0:revoked:')
    super({ ...options, prefix: `${space.prefix}refresh:` })
    this.#space = space
  }

  async revoke (filter: RevocationFilter, revokedAt: number, expiresAt: number): Promise<void> {
    const key = this.#space.prefix + revocationName(filter)
    const timeToLive = Math.ceil((expiresAt - this.#space.now()) * 1000)
    if (timeToLive > 0) await this.#space.redis.run(REVOKE, key, revokedAt, timeToLive)
  }

  async revokedAt (owner: RevocationOwner): Promise<number | undefined> {
    const moments = await Promise.all(
      namesOfOwner(owner).map(async name => await this.#space.redis.get(this.#space.prefix + name))
    )
    const known = moments.filter(moment => moment !== undefined).map(Number)
    return known.length === 0 ? undefined : Math.max(...known)
  }
}
