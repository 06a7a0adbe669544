import { createBatch } from '../../base/batch.js'
import { systemClock } from '../../base/clock.js'
import { checkOptionNames } from '../../base/option-names.js'
import { ConfigurationError } from '../../errors.js'
import { reconnecting, type RedisCommands } from './redis-commands.js'
import { keysOfIoredis, keysOfNodeRedis } from './redis-keys.js'

/** The commands of `ioredis` (and of `fastify.redis`, `iovalkey` and their clusters) that the stores use. */
export interface IoredisClient {
  /** Of a cluster, whose commands cannot travel in one pipeline. */
  isCluster?: boolean
  options?: { enableAutoPipelining?: boolean | undefined }
  pipeline?(commands: string[][]): { exec(): Promise<[error: Error | null, result: unknown][] | null> }
  call(...args: never[]): unknown
  get(key: string): Promise<string | null>
  hmget(key: string, ...fields: string[]): Promise<(string | null)[]>
  eval(script: string, keyCount: number, ...args: string[]): Promise<unknown>
}

/** The commands of `redis` (node-redis 4 and later; client, pool, sentinel and cluster) that the stores use. */
export interface NodeRedisClient {
  get(key: string): Promise<unknown>
  hmGet(key: string, fields: string[]): Promise<unknown>
  eval(script: string, options: { keys: string[], arguments: string[] }): Promise<unknown>
}

/** A connected client of the application's. */
export type RedisClient = IoredisClient | NodeRedisClient

/** Options of the stores over Redis or Valkey. */
export interface RedisStoreOptions {
  /**
   * A connected client: `ioredis`, `redis` 4 or later, or `fastify.redis`; single, sentinel or cluster; Redis 5 or
   * Valkey and later.
   */
  client: RedisClient
  /**
   * Before every key. Default `'auth0:session:'` for sessions, `'auth0:revoked:'` for revocations, `'auth0:refresh:'`
   * for refreshes.
   */
  prefix?: string
  /** The clock, epoch seconds. */
  now?: () => number
}

/** A store's part of a Redis server. */
export interface RedisSpace {
  redis: RedisCommands
  prefix: string
  now: () => number
}

export function redisSpace (options: RedisStoreOptions, prefix: string): RedisSpace {
  checkOptionNames(options, ['client', 'prefix', 'now'], 'a Redis store')
  return {
    redis: reconnecting(redisCommands(options.client)),
    prefix: options.prefix ?? prefix,
    now: options.now ?? systemClock
  }
}

/** Speaks to either kind of client. */
function redisCommands (client: RedisClient): RedisCommands {
  if (isNodeRedis(client)) {
    return {
      get: async key => text(await client.get(key)),
      hashFields: async (key, fields) => texts(await client.hmGet(key, [...fields])),
      keysFrom: async prefix => await keysOfNodeRedis(client, prefix),
      run: async (script, key, ...args) => await client.eval(script, { keys: [key], arguments: args.map(String) })
    }
  }
  if (isIoredis(client)) {
    const read = readTogether(client)
    return {
      get: key => read(['get', key]) as Promise<string | undefined>,
      hashFields: (key, fields) => read(['hmget', key, ...fields]) as Promise<string[]>,
      keysFrom: async prefix => await keysOfIoredis(client, prefix),
      run: async (script, key, ...args) => await client.eval(script, 1, key, ...args.map(String))
    }
  }
  throw new ConfigurationError('client', 'Option "client" must be a client of "ioredis" or of "redis" 4 or later.')
}

type Read = [name: 'get' | 'hmget', key: string, ...fields: string[]]

/**
 * Reads of one turn of the event loop travel together, as `redis` and ioredis' own option do it. Answers with strings.
 */
function readTogether (client: IoredisClient): (read: Read) => Promise<unknown> {
  const alone = async ([name, key, ...fields]: Read): Promise<unknown> =>
    name === 'get' ? text(await client.get(key)) : texts(await client.hmget(key, ...fields))
  const { pipeline } = client
  if (pipeline === undefined || client.isCluster === true || client.options?.enableAutoPipelining === true) return alone
  return createBatch(async (reads: readonly Read[]) => {
    if (reads.length === 1) return [await alone(reads[0]!)]
    const replies = await pipeline.call(client, reads as readonly string[][] as string[][]).exec()
    return replies!.map(([error, reply]) => error ?? (Array.isArray(reply) ? texts(reply) : text(reply)))
  })
}

/** Strings out of a reply that holds nothing but strings, be they `Buffer`s by the client's settings. */
export function texts (reply: unknown): string[] {
  return (reply as unknown[]).map(text) as string[]
}

function text (reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : String(reply)
}

function isNodeRedis (client: unknown): client is NodeRedisClient {
  return hasMethods(client, ['get', 'hmGet', 'eval'])
}

/** `call` tells it from the callback clients of `redis` 3 and earlier. */
function isIoredis (client: unknown): client is IoredisClient {
  return hasMethods(client, ['get', 'hmget', 'eval', 'call'])
}

function hasMethods (client: unknown, names: string[]): boolean {
  return typeof client === 'object' && client !== null &&
    names.every(name => typeof (client as Record<string, unknown>)[name] === 'function')
}
