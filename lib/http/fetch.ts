import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Dispatcher } from 'undici'
import { decodersOf } from './stream.js'
import { webBody } from './web-body.js'
import type { Transport, WireResponse } from './wire.js'

/** Final statuses whose answers have no body. @see Fetch standard, "null body status" */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])
/** What `fetch` of Node.js sends unless told otherwise. */
const DEFAULTS = { accept: '*/*', 'user-agent': 'node', 'accept-encoding': 'gzip, deflate, br' }

/**
 * Destroys bodies that nobody can read any more, so that their connections are free again. A reader of a body does not
 * have to keep its `Response`.
 */
const unread = new FinalizationRegistry<WeakRef<Readable>>(body => {
  body.deref()?.destroy()
})

/**
 * `fetch` over a transport: the same connections, dispatcher and closing as every other call. Redirects are answers.
 * @throws TypeError as `fetch` does, with the failure as its cause
 */
export async function fetchOver (transport: Transport, url: URL,
  init: RequestInit): Promise<Response> {
  await transport.ready()
  // The constructor checks the parts and names the type of the body, as for `fetch`.
  const { dispatcher, ...plain } = init as Omit<RequestInit, 'dispatcher'> & { dispatcher?: unknown }
  const request = new Request(url, { ...plain, ...(init.body != null && { duplex: 'half' }) } as RequestInit)
  const wire = {
    method: request.method,
    origin: url.origin,
    path: url.pathname + url.search,
    headers: { ...DEFAULTS, ...Object.fromEntries(request.headers) },
    body: await bodyOf(init.body, request)
  }
  const answer = await transport.exchange(wire, init.signal ?? undefined, {
    timers: true,
    dispatcher: dispatcher as Dispatcher | undefined
  }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw init.signal.reason
    throw new TypeError('fetch failed', { cause: error })
  })
  return toResponse(answer, request)
}

/** A stream is sent as it comes; anything else as a whole, with its length. */
async function bodyOf (given: RequestInit['body'], request: Request): Promise<Readable | Uint8Array | undefined> {
  if (given == null) return undefined
  return typeof given === 'object' && Symbol.asyncIterator in given
    ? process.getBuiltinModule('node:stream').Readable.fromWeb(request.body as ReadableStream)
    : new Uint8Array(await request.arrayBuffer())
}

function toResponse ({ status, headers, body, decoded }: WireResponse, request: Request): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value ?? []].flat()) fields.append(name, one)
  }
  const empty = WITHOUT_BODY.has(status) || request.method === 'HEAD'
  if (empty) body.resume()
  const plain = empty ? undefined : decode(body, decoded ? '' : fields.get('content-encoding') ?? '')
  const content = plain === undefined ? null : webBody(plain)
  if (content !== null && plain !== undefined) unread.register(content, new WeakRef(plain))
  const response = new Response(content, { status, headers: fields })
  return Object.defineProperty(response, 'url', { value: request.url })
}

function decode (body: Readable, encoding: string): Readable {
  const stages = decodersOf(body, encoding.trim().toLowerCase())
  if (stages.length === 0) return body
  // The outcome reaches the reader through the last stage, which the pipeline destroys with the error.
  process.getBuiltinModule('node:stream').pipeline([body, ...stages], () => {})
  return stages.at(-1)!
}
