import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { once } from 'node:events'
import { ConfigurationError } from '../../../errors.js'
import type { RawRequest, TenantAnswer } from './exchange.js'
import type { TenantOptions } from '../options.js'

const maxBytes = 1_048_576
const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

/** A server that waits for its tenant. */
interface TenantServer {
  /** `http://127.0.0.1:3001` */
  origin: string
  serve: (handle: (request: RawRequest) => Promise<TenantAnswer>) => void
  close: () => Promise<void>
}

function listenError (error: NodeJS.ErrnoException, port: number): ConfigurationError {
  return new ConfigurationError('port',
    `createTenant() cannot listen on port ${port}: ${error.code ?? 'unknown error'}`, error)
}

async function readText (incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Error('request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function headersOf (incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(', ')]))
}

/** The caller's certificate, PEM; the TLS layer has checked it. */
function certificateOf ({ socket }: IncomingMessage): string | undefined {
  return 'getPeerX509Certificate' in socket ? (socket as TLSSocket).getPeerX509Certificate()?.toString() : undefined
}

async function respond (incoming: IncomingMessage, outgoing: ServerResponse, origin: string,
  handle: (request: RawRequest) => Promise<TenantAnswer>): Promise<void> {
  try {
    const answer = await handle({
      method: incoming.method!,
      url: `${origin}${incoming.url}`,
      headers: headersOf(incoming),
      text: await readText(incoming),
      certificate: certificateOf(incoming),
      address: incoming.socket.remoteAddress
    })
    outgoing.writeHead(answer.status, answer.headers).end(answer.body)
  } catch {
    // an interceptor that throws stands for a broken connection
    outgoing.destroy()
  }
}

async function listen (server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, port)
  }
}

/** Opens a port on this computer; other hosts are refused. */
export async function openServer (
  options: { port: number, host: string, tls: TenantOptions['tls'] }
): Promise<TenantServer> {
  const { port, host, tls } = options
  if (!loopback.has(host)) {
    throw new ConfigurationError('host',
      'createTenant() is for tests and serves this computer only: "host" must be 127.0.0.1, ::1 or localhost, not ' +
        `"${host}".`)
  }
  let serving: ((incoming: IncomingMessage, outgoing: ServerResponse) => void) | undefined
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    serving!(incoming, outgoing)
  }
  const server = tls === undefined
    ? createServer(answer)
    : createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: tls.ca !== undefined }, answer)
  // As Fastify's: an application that was busy for some seconds shall not write to a connection that has just been
  // closed.
  server.keepAliveTimeout = 72_000
  await listen(server, port, host)
  const { port: opened } = server.address() as AddressInfo
  // Without the port where it is the default one: browsers and applications leave it out, too.
  const { origin } = new URL(`http${tls === undefined ? '' : 's'}://${host === '::1' ? '[::1]' : host}:${opened}`)
  return {
    origin,
    serve (handle) {
      serving = (incoming, outgoing) => {
        respond(incoming, outgoing, origin, handle).catch(() => outgoing.destroy())
      }
    },
    async close () {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    }
  }
}
