import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Route } from './route.js'

/** Largest body, in bytes, that the plugin's own routes read. */
const BODY_LIMIT = 65_536
const FORM = 'application/x-www-form-urlencoded'

type Done = (error: Error | null, value?: unknown) => void

/** Adds to a scope what reads the bodies its routes accept. */
export function addBodyParsers (scope: FastifyInstance, accepts: Route['accepts']): void {
  if (accepts === undefined) return
  if (accepts === 'any') {
    acceptAny(scope)
    return
  }
  scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (_request: FastifyRequest, body: string | Buffer, done: Done) => {
      done(null, new URLSearchParams(body as string))
    })
  if (accepts === 'form+json') {
    scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_LIMIT },
      scope.getDefaultJsonParser('remove', 'remove'))
  }
}

/** Reads a form that is not too large, and ignores anything else: what a client sends does not decide the answer. */
function acceptAny (scope: FastifyInstance): void {
  scope.addHook('preParsing', (request, _reply, _payload, done) => {
    // Fastify refuses a content type that it cannot parse before it asks any parser.
    const [type = ''] = request.headers['content-type']?.split(';', 1) ?? []
    if (type.trim().toLowerCase() !== FORM) delete request.headers['content-type']
    done()
  })
  scope.addContentTypeParser(FORM, readForm)
  scope.addContentTypeParser('*', (_request: FastifyRequest, payload: Readable, done: Done) => {
    payload.resume()
    done(null)
  })
}

function readForm (_request: FastifyRequest, payload: Readable, done: Done): void {
  const chunks: Buffer[] = []
  let length = 0
  payload.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= BODY_LIMIT) chunks.push(chunk)
  })
  payload.once('end', () => {
    done(null, length > BODY_LIMIT ? undefined : new URLSearchParams(Buffer.concat(chunks).toString()))
  })
  payload.once('error', done)
}
