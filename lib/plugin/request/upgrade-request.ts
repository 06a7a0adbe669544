import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

/** A request that Node.js handed over itself, such as that of an `upgrade` event, as far as sessions need one. */
export function upgradeRequest (raw: IncomingMessage, log: FastifyBaseLogger): FastifyRequest {
  const request: Partial<FastifyRequest> = {
    raw,
    log,
    method: raw.method as string,
    url: raw.url as string,
    originalUrl: raw.url as string,
    headers: raw.headers,
    host: raw.headers.host as string,
    protocol: (raw.socket as TLSSocket).encrypted ? 'https' : 'http'
  }
  return request as FastifyRequest
}

/** Whether this is Node's own request rather than Fastify's. */
export function isRaw (request: FastifyRequest | IncomingMessage): request is IncomingMessage {
  return !('raw' in request)
}

/** Whether Node.js has taken the connection for another protocol: no answer of Fastify's is sent on it. */
export function isUpgrade ({ raw }: FastifyRequest): boolean {
  return (raw as IncomingMessage & { upgrade?: boolean }).upgrade === true
}
