import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * A request of Fastify as web handlers take it, without its body, which is parsed, and without its token, which is for
 * nobody else. It is aborted when the client goes away.
 */
export function webRequest (request: FastifyRequest, reply: FastifyReply, origin: string): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    // Names of HTTP/2 begin with a colon.
    if (name.startsWith(':') || name === 'authorization' || value === undefined) continue
    for (const one of [value].flat()) headers.append(name, one)
  }
  const gone = new AbortController()
  reply.raw.once('close', () => {
    gone.abort()
  })
  return new Request(new URL(request.url, origin), { method: request.method, headers, signal: gone.signal })
}

/** The longest time that a timer takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1

/** A response whose stream of events ends with the token that opened it: then the client must show another one. */
export function endingWith (response: Response, seconds: number): Response {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (response.body === null || !isStream) return response
  const { status, headers } = response
  const reader = response.body.getReader()
  let timer: NodeJS.Timeout
  const body = new ReadableStream<Uint8Array>({
    start (controller) {
      timer = setTimeout(() => {
        controller.close()
        reader.cancel().catch(() => {})
      }, Math.min(Math.max(seconds, 0) * 1000, LONGEST))
    },
    async pull (controller) {
      const { done, value } = await reader.read()
      if (done) {
        clearTimeout(timer)
        // The timer may have been first.
        if (controller.desiredSize !== null) controller.close()
      } else {
        controller.enqueue(value)
      }
    },
    async cancel (reason) {
      clearTimeout(timer)
      await reader.cancel(reason)
    }
  })
  return new Response(body, { status, headers: { ...Object.fromEntries(headers), 'x-accel-buffering': 'no' } })
}
