import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import type { ClientCertificate } from '../../../flows/api/certificate-binding.js'
import type { ApiOptions } from '../../../../types/options.js'

/**
 * The certificate a request came with: what the application reads from its proxy's header, else that of the TLS
 * connection. The handshake has shown that the client holds its key; who issued it does not matter.
 * @see RFC 8705 section 3
 */
export function clientCertificate ({ mtls }: ApiOptions, request: FastifyRequest): ClientCertificate {
  if (mtls !== undefined) return mtls(request)
  return (request.raw.socket as Partial<TLSSocket> | undefined)?.getPeerX509Certificate?.()
}
