import type { FastifyRequest } from 'fastify'
import { isIP } from '../../base/ip.js'

/**
 * The IP address of whoever sent a request: Fastify's `trustProxy` decides which headers count. `undefined` where
 * nobody knows, as on a UNIX socket.
 */
export function clientAddress ({ ip }: FastifyRequest): string | undefined {
  return typeof ip === 'string' && isIP(ip) !== 0 ? ip : undefined
}
