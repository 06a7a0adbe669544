import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'

/** A request that Node.js handed over itself, such as that of an `upgrade` event, as far as sessions need one. */
export function upgradeRequest (raw: IncomingMessage, log: FastifyBaseLogger): FastifyRequest {
  const request: Partial<FastifyRequest> = {
    raw,
    log,
    method: raw.method ?? 'GET',
    url: raw.url ?? '/',
    originalUrl: raw.url ?? '/',
    headers: raw.headers,
    host: raw.headers.host ?? '',
    protocol: (raw.socket as TLSSocket).encrypted ? 'https' : 'http'
  }
  return request as FastifyRequest
}

/** Whether this is Node's own request rather than Fastify's. */
export function isRaw (request: FastifyRequest | IncomingMessage): request is IncomingMessage {
  return !('raw' in request)
}
