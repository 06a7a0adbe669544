import type { FastifyReply } from 'fastify'

/** What became of a reply that a hook of the options was asked to send. */
interface HookAnswer {
  /** Whether the hook has sent the reply, or has begun to. */
  answered: boolean
  /** What the hook returned, unless it has answered. */
  payload: unknown
}

/** Decorators of the reply that send it later and return the reply at once, such as `sendFile` of @fastify/static. */
const SENDS_LATER = /^(?:send|download|view|render)/i
/** Seconds that such a decorator must begin. */
const PATIENCE = 5

/**
 * Runs a hook that may answer, and finds out whether it did. `reply.sent` does not tell: it is false until sending has
 * ended, and a hook need not return what it sends.
 * @throws what the hook throws, unless it has answered: then that is logged
 */
export async function hookAnswer (reply: FastifyReply, hook: () => unknown): Promise<HookAnswer> {
  const watch = watchReply(reply)
  try {
    const payload = await hook()
    await watch.settled()
    // A hook that returns the reply without sending it has not answered.
    return watch.begun()
      ? { answered: true, payload: undefined }
      : { answered: false, payload: payload === reply ? undefined : payload }
  } catch (error) {
    await watch.settled()
    if (!watch.begun()) throw error
    reply.log.error({ err: error }, 'auth0: a hook of the options failed after it had answered')
    return { answered: true, payload: undefined }
  } finally {
    watch.stop()
  }
}

/** Notices when a reply is sent, also by a decorator that does so later. */
function watchReply (reply: FastifyReply): { begun: () => boolean, settled: () => Promise<void>, stop: () => void } {
  let sent = false
  let later = false
  let tell: () => void = () => {}
  const begins = new Promise<void>(resolve => {
    tell = resolve
  })
  const pending: unknown[] = []
  const stop = replaceMethods(reply, {
    send: () => {
      sent = true
      tell()
    }
  }, (name, result) => {
    if (result instanceof Promise) pending.push(result)
    else if (result === reply && SENDS_LATER.test(name)) later = true
  })
  const begun = (): boolean => sent || reply.sent || reply.raw.headersSent
  return {
    begun,
    stop,
    async settled () {
      // A decorator that failed and sent nothing has not answered; its error is its caller's.
      if (!begun() && pending.length > 0) await Promise.race([begins, Promise.allSettled(pending)])
      if (!begun() && later) {
        const timer = setTimeout(tell, PATIENCE * 1000)
        await begins
        clearTimeout(timer)
      }
    }
  }
}

type Method = (...args: unknown[]) => unknown

/** Shadows `send` and the decorators of one reply; the function returned takes the shadows away. */
function replaceMethods (reply: FastifyReply, before: { send: () => void },
  after: (name: string, result: unknown) => void): () => void {
  const object = reply as unknown as Record<string, unknown>
  const shadows: string[] = []
  const shadow = (name: string, replacement: Method): void => {
    if (Object.hasOwn(object, name)) return
    Object.defineProperty(object, name, { value: replacement, configurable: true, writable: true, enumerable: false })
    shadows.push(name)
  }
  const { send } = object as { send: Method }
  shadow('send', function (this: unknown, ...args) {
    before.send()
    return send.apply(this, args)
  })
  for (const [name, decorator] of decorators(reply)) {
    shadow(name, function (this: unknown, ...args) {
      const result = decorator.apply(this, args)
      after(name, result)
      return result
    })
  }
  return () => {
    for (const name of shadows) Reflect.deleteProperty(object, name)
  }
}

/** The methods that `decorateReply` has added: all prototypes but Fastify's own. */
function * decorators (reply: FastifyReply): Generator<[string, Method]> {
  let prototype = Object.getPrototypeOf(reply) as object
  for (let next = parentOf(prototype); next !== null && next !== Object.prototype; next = parentOf(prototype)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value === 'function' && name !== 'constructor') yield [name, value as Method]
    }
    prototype = next
  }
}

function parentOf (prototype: object): object | null {
  return Object.getPrototypeOf(prototype) as object | null
}
