import * as scripts from '../../../lib/stores/redis/redis-scripts.js'
import type { IoredisClient, NodeRedisClient } from '../../../lib/stores/redis/redis-client.js'

type Value = string | Map<string, string> | SortedSet
class SortedSet extends Map<string, number> {}

/** The keys of a Redis server and their values, as JSON can hold them. */
export type RedisSnapshot = Record<string,
  { string: string } | { hash: Record<string, string> } | { sortedSet: Record<string, number> }>

/** What a Redis server would hold, with each of the stores' scripts spelled out in TypeScript. */
export class FakeRedis {
  readonly #values = new Map<string, { value: Value, until: number }>()
  /** Runs before every command: to fail, to wait, to interfere. */
  before: (command: string, key: string) => Promise<void> | void = () => {}
  /** Runs when a command was carried out, before its reply: to lose it. */
  after: (command: string, key: string) => Promise<void> | void = () => {}

  readonly #scripts: Record<string, (key: string, args: string[]) => unknown> = {
    [scripts.CREATE]: (key, [ttl, ...fields]) => this.#write(key, new Map(pairs(fields)), Number(ttl)),
    [scripts.UPDATE]: (key, [version, now, ttl, ...fields]) => {
      const kept = this.#hash(key)
      if (kept?.get('version') === fields[3] && kept?.get('value') === fields[1]) return 1
      if (kept?.get('version') !== version || Number(kept?.get('expiresAt')) <= Number(now)) return 0
      return this.#write(key, new Map([...kept!, ...pairs(fields)]), Number(ttl))
    },
    [scripts.TOUCH]: (key, [now, ttl, expiresAt]) => {
      const kept = this.#hash(key)
      if (kept === undefined || Number(kept.get('expiresAt')) <= Number(now)) return 0
      return this.#write(key, new Map([...kept, ['expiresAt', expiresAt!]]), Number(ttl))
    },
    [scripts.READ]: (key, fields) => this.#fields(key, fields),
    [scripts.DELETE_IF]: (key, [wanted, ...fields]) => {
      const kept = this.#hash(key)
      if (pairs(fields).some(([field, value]) => kept?.get(field) !== value)) return []
      const had = this.#fields(key, wanted!.split(' '))
      this.#values.delete(key)
      return had
    },
    [scripts.INDEX_ADD]: (key, [now, member, end]) => {
      const index = new SortedSet([...this.#sortedSet(key)].filter(([, score]) => score > Number(now)))
      index.set(member!, Math.max(index.get(member!) ?? 0, Number(end)))
      return this.#write(key, index, Math.ceil((Math.max(...index.values()) - Number(now)) * 1000))
    },
    [scripts.INDEX_LIST]: (key, [now]) =>
      this.#live(key) === undefined
        ? null
        : [...this.#sortedSet(key)].filter(([, score]) => score > Number(now)).map(([member]) => member),
    [scripts.INDEX_REMOVE]: (key, [member, now]) => {
      const index = this.#sortedSet(key)
      const removed = index.delete(member!)
      const left = (this.#values.get(key)?.until ?? 0) - performance.now()
      if (index.size === 0 && left > 0) index.set('', Number(now) + left / 1000)
      return Number(removed)
    },
    [scripts.LOCK]: (key, [token, lease]) => {
      const holder = this.#live(key)
      return holder === undefined ? this.#write(key, token!, Number(lease)) : Number(holder === token)
    },
    [scripts.UNLOCK]: (key, [token]) => Number(this.#live(key) === token && this.#values.delete(key)),
    [scripts.REFRESH_GET]: key => this.#live(key) ?? null,
    [scripts.REFRESH_SET]: (key, [value, ttl]) => this.#write(key, value!, Number(ttl)),
    [scripts.REVOKE]: (key, [moment, ttl]) => {
      const left = (this.#values.get(key)?.until ?? 0) - performance.now()
      const known = Number(this.#live(key) ?? moment)
      return this.#write(key, String(Math.max(known, Number(moment))), Math.max(left, Number(ttl)))
    }
  }

  /** Keys that are there. */
  keys (): string[] {
    return [...this.#values.keys()].filter(key => this.#live(key) !== undefined)
  }

  /** Everything that is there as text, as a thief of the server would find it. */
  dump (): string {
    return JSON.stringify([...this.#values], (_, value: unknown) => value instanceof Map ? [...value] : value)
  }

  /** Every key with its value: text, hash or sorted set. */
  snapshot (): RedisSnapshot {
    return Object.fromEntries(this.keys().map(key => {
      const value = this.#live(key)!
      if (typeof value === 'string') return [key, { string: value }]
      return [key,
        value instanceof SortedSet ? { sortedSet: Object.fromEntries(value) } : { hash: Object.fromEntries(value) }]
    }))
  }

  /** Holds what a snapshot holds, and nothing else. The keys do not expire. */
  restore (snapshot: RedisSnapshot): void {
    this.#values.clear()
    for (const [key, kept] of Object.entries(snapshot)) {
      const value = 'string' in kept
        ? kept.string
        : 'hash' in kept ? new Map(Object.entries(kept.hash)) : new SortedSet(Object.entries(kept.sortedSet))
      this.#values.set(key, { value, until: Infinity })
    }
  }

  /** Forgets a key, as eviction would. */
  evict (key: string): void {
    this.#values.delete(key)
  }

  /** Replaces a field of a hash, as a bug or an attacker would. */
  tamper (key: string, field: string, value: string | undefined): void {
    if (value === undefined) this.#hash(key)!.delete(field)
    else this.#hash(key)!.set(field, value)
  }

  /** The server as `ioredis` would speak to it. */
  ioredis (): IoredisClient {
    const client = {
      call: () => {
        throw new Error('not expected')
      },
      get: async (key: string) => await this.#command('get', key, () => this.#text(key)),
      hmget: async (key: string, ...fields: string[]) =>
        await this.#command('hmget', key, () => this.#fields(key, fields)),
      scan: async (_cursor: string, _match: string, pattern: string) =>
        await this.#command('scan', pattern, () => ['0', this.#matching(pattern)]),
      eval: async (script: string, _count: number, key: string, ...args: string[]) => await this.#run(script, key, args)
    }
    return client as IoredisClient
  }

  /** The server as a client that reads from replicas would: these lag so far that they hold nothing yet. */
  readingFromReplicas (): IoredisClient {
    return { ...this.ioredis(), get: async () => null, hmget: async (_key, ...fields) => fields.map(() => null) }
  }

  /** The server as `redis` would speak to it. */
  nodeRedis (): NodeRedisClient {
    const client = {
      get: async (key: string) => await this.#command('get', key, () => this.#text(key)),
      hmGet: async (key: string, fields: string[]) =>
        await this.#command('hmget', key, () => this.#fields(key, fields)),
      scan: async (_cursor: string, { MATCH }: { MATCH: string }) =>
        await this.#command('scan', MATCH, () => ({ cursor: '0', keys: this.#matching(MATCH) })),
      eval: async (script: string, { keys, arguments: args }: { keys: string[], arguments: string[] }) =>
        await this.#run(script, keys[0]!, args)
    }
    return client
  }

  async #run (script: string, key: string, args: string[]): Promise<unknown> {
    const name = Object.entries(scripts).find(([, text]) => text === script)![0]
    return await this.#command(name, key, () => this.#scripts[script]!(key, args))
  }

  async #command<T> (name: string, key: string, act: () => T): Promise<T> {
    await this.before(name, key)
    // As over a wire: never in the same turn.
    await new Promise<void>(resolve => setImmediate(resolve))
    const reply = act()
    await this.after(name, key)
    return reply
  }

  #write (key: string, value: Value, ttl: number): 1 {
    if (ttl > 0) this.#values.set(key, { value, until: performance.now() + ttl })
    else this.#values.delete(key)
    return 1
  }

  #live (key: string): Value | undefined {
    const kept = this.#values.get(key)
    return kept !== undefined && kept.until > performance.now() ? kept.value : undefined
  }

  #hash (key: string): Map<string, string> | undefined {
    return this.#live(key) as Map<string, string> | undefined
  }

  #sortedSet (key: string): SortedSet {
    return this.#live(key) as SortedSet | undefined ?? new SortedSet()
  }

  #matching (pattern: string): string[] {
    return this.keys().filter(key => key.startsWith(pattern.slice(0, -1).replace(/\\(.)/g, '$1')))
  }

  #text (key: string): string | null {
    return this.#live(key) as string | undefined ?? null
  }

  #fields (key: string, fields: string[]): (string | null)[] {
    return fields.map(field => this.#hash(key)?.get(field) ?? null)
  }
}

function pairs (list: string[]): [string, string][] {
  return list.flatMap((name, at) => at % 2 === 0 ? [[name, list[at + 1]!]] : [])
}
