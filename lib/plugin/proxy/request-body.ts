import type { Http2ServerRequest } from 'node:http2'
import { Readable, Transform } from 'node:stream'
import type { FastifyRequest } from 'fastify'

/** Bytes of a body that are kept to be sent again. */
const KEPT_AT_MOST = 64 * 1024

/** A request's body on its way upstream. */
export interface RequestBody {
  content: Readable | Uint8Array | undefined
  /** Bytes, where they are known and `content` does not say. */
  length: string | undefined
  /** The same for a second request, once the first was answered; `undefined` where it was not kept. */
  again(): { content: Uint8Array | undefined } | undefined
}

/** No body, which can be sent as often as one likes. */
const NO_BODY: RequestBody = {
  content: undefined,
  length: undefined,
  again: () => ({ content: undefined })
}

/**
 * The body of a request, which no parser has read; none for GET and HEAD, whatever a hook has put there.
 * @param keeps whether it is to be kept, as far as it is small
 */
export async function requestBody (request: FastifyRequest, keeps: boolean): Promise<RequestBody> {
  const { raw, headers, method } = request
  if (method === 'GET' || method === 'HEAD') return NO_BODY
  const body = request.body ?? unread(request)
  if (!(body instanceof Readable)) return NO_BODY
  // What a hook has put in the place of the body has another length.
  const length = body === raw ? headers['content-length'] : undefined
  if (!keeps || Number(length) > KEPT_AT_MOST) return streamed(body, length, 0)
  return length === undefined ? streamed(body, length, KEPT_AT_MOST) : whole(await collect(body))
}

/**
 * Over HTTP/2 a body needs neither a length nor a type; Fastify takes a request with neither for one without a body.
 */
function unread ({ raw }: FastifyRequest): Readable | undefined {
  if (raw.httpVersionMajor < 2) return undefined
  return (raw as unknown as Http2ServerRequest).stream.endAfterHeaders ? undefined : raw
}

function whole (content: Uint8Array): RequestBody {
  return { content, length: undefined, again: () => ({ content }) }
}

async function collect (body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * A stream of its own: whoever gives it up does not tear down the browser's connection, on which an answer may follow.
 */
function streamed (body: Readable, length: string | undefined, limit: number): RequestBody {
  let kept: Buffer[] | undefined = limit > 0 ? [] : undefined
  let bytes = 0
  const content = new Transform({
    transform (chunk: Buffer, _encoding, done) {
      if (kept !== undefined) {
        bytes += chunk.length
        if (bytes > limit) kept = undefined
        else kept.push(chunk)
      }
      done(null, chunk)
    }
  })
  // Whoever sends it hears of it from the request.
  content.on('error', () => {})
  body.pipe(content)
  return {
    content,
    length,
    again: () => kept !== undefined && content.readableEnded ? { content: Buffer.concat(kept) } : undefined
  }
}
