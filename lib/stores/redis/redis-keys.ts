import { SessionStoreError } from '../../errors.js'

/** Keys that are asked for at a time. */
const COUNT = 1000

interface Scanning {
  scan?(cursor: string, ...args: (string | number)[]): Promise<[cursor: unknown, keys: unknown[]]>
  nodes?(role: 'master'): Scanning[]
  options?: { keyPrefix?: string }
}

interface NodeScanning {
  scan?(cursor: string, options: { MATCH: string, COUNT: number }): Promise<{ cursor: unknown, keys: unknown[] }>
  masters?: object[]
  nodeClient?(master: object): NodeScanning | Promise<NodeScanning>
}

/** Every key of a server or cluster that begins with `prefix`, by a client of `ioredis`; without its own key prefix. */
export async function keysOfIoredis (client: object, prefix: string): Promise<string[]> {
  const { nodes, options } = client as Scanning
  const keyPrefix = options?.keyPrefix ?? ''
  const keys: string[] = []
  for (const node of nodes === undefined ? [client as Scanning] : nodes.call(client, 'master')) {
    if (node.scan === undefined) throw unsearchable()
    for (let cursor = '0', done = false; !done; done = cursor === '0') {
      const [next, found] = await node.scan(cursor, 'MATCH', pattern(keyPrefix + prefix), 'COUNT', COUNT)
      for (const key of found) keys.push(String(key).slice(keyPrefix.length))
      cursor = String(next)
    }
  }
  return keys
}

/** The same by a client of `redis`. Version 4 counts its cursors in numbers. */
export async function keysOfNodeRedis (client: object, prefix: string): Promise<string[]> {
  const { masters, nodeClient } = client as NodeScanning
  const keys: string[] = []
  for (const master of masters ?? [undefined]) {
    const node = master === undefined ? client as NodeScanning : await nodeClient!.call(client, master)
    if (node.scan === undefined) throw unsearchable()
    for (let cursor = '0', done = false; !done; done = cursor === '0') {
      const { cursor: next, keys: found } = await node.scan(cursor, { MATCH: pattern(prefix), COUNT })
      for (const key of found) keys.push(String(key))
      cursor = String(next)
    }
  }
  return keys
}

/** @see https://redis.io/docs/latest/commands/keys/ */
function pattern (prefix: string): string {
  return `${prefix.replace(/[\\*?[\]^-]/g, '\\$&')}*`
}

function unsearchable (): SessionStoreError {
  return new SessionStoreError('The index of these sessions is not in Redis, and the client has no "scan" to find ' +
    'the sessions without it. Use a client that has it, and a Redis that evicts nothing (maxmemory-policy noeviction).')
}
