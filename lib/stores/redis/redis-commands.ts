/** All that the stores need of Redis. Each call touches one key, so that a cluster can serve it. */
export interface RedisCommands {
  get(key: string): Promise<string | undefined>
  hashFields(key: string, fields: readonly string[]): Promise<(string | undefined)[]>
  /** Every key that begins with `prefix`, of all masters. */
  keysFrom(prefix: string): Promise<string[]>
  /** Runs a script in one atomic step. */
  run(script: string, key: string, ...args: (string | number)[]): Promise<unknown>
}

/** Failures of the socket, by `code`; either client passes them on. */
const DISCONNECTED = new Set(['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ECONNABORTED', 'NR_CLOSED'])
/** What `redis` calls a connection that ended under a command. */
const ENDED_NAMES = new Set(['SocketClosedUnexpectedlyError', 'DisconnectsClientError'])
/** What either client says of one; such errors have no code. */
const ENDED = /^(?:Connection is closed|Socket closed unexpectedly|Disconnects client|Stream isn't writeable)/

/**
 * Repeats once what a lost connection has cut off, before or after it was carried out: whatever the stores run may run
 * twice.
 */
export function reconnecting (redis: RedisCommands): RedisCommands {
  return {
    get: key => twice(() => redis.get(key)),
    hashFields: (key, fields) => twice(() => redis.hashFields(key, fields)),
    keysFrom: prefix => twice(() => redis.keysFrom(prefix)),
    run: (script, key, ...args) => twice(() => redis.run(script, key, ...args))
  }
}

function twice<T> (command: () => Promise<T>): Promise<T> {
  return command().catch((error: unknown) => {
    if (!isDisconnected(error)) throw error
    return command()
  })
}

function isDisconnected (error: unknown): boolean {
  const { code, name, constructor } = Object(error) as { code?: unknown, name?: unknown, constructor?: Function }
  if (typeof code === 'string') return DISCONNECTED.has(code)
  return ENDED_NAMES.has(String(name)) || ENDED_NAMES.has(String(constructor?.name)) ||
    (error instanceof Error && ENDED.test(error.message))
}
