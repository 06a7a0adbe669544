import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import { listening } from '../fixtures/loopback.js'
import type { HostileIdp } from './idp.js'

/** Writes an answer of its own; `socket` is there for what HTTP cannot say. */
export type Fault = (response: ServerResponse, socket: Socket) => void | Promise<void>

/** The hostile provider behind a real socket on the loopback, for faults of the network and of certificates. */
export class SocketServer {
  /** Faults by path; other paths are answered by the provider. */
  readonly faults = new Map<string, Fault>()
  /** Paths that were asked, each with the name in the client's certificate, if it showed one. */
  readonly asked: string[] = []
  /** Bytes written to clients by faults. */
  sent = 0
  idp: HostileIdp | undefined
  issuer = ''

  /** Listens until the test ends. */
  static async start (t: Test, tls?: ServerOptions): Promise<SocketServer> {
    const started = new SocketServer()
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      started.#handle(request, response).catch(() => response.destroy())
    }
    const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
    const port = await listening(t, server)
    started.issuer = tls === undefined ? `http://127.0.0.1:${port}/` : `https://localhost:${port}/`
    return started
  }

  async #handle (request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.issuer)
    const { subject } = (request.socket as Partial<TLSSocket>).getPeerCertificate?.() ?? {}
    this.asked.push([url.pathname, subject?.CN].filter(Boolean).join(' '))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const fault = this.faults.get(url.pathname)
    if (fault) return await fault(response, request.socket)
    if (!this.idp) throw new Error('no provider')
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const answer = await this.idp.answer(request.method ?? 'GET', url, headers, Buffer.concat(chunks).toString())
    response.writeHead(answer.status, answer.headers)
    response.end(answer.body as string | Uint8Array)
  }

  /** Never answers. */
  readonly silence: Fault = () => {}

  /** Sends headers and then nothing. */
  readonly headersOnly: Fault = response => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
  }

  /** Sends one byte every 50 ms. */
  readonly trickle: Fault = response => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  }

  /** Promises more than it sends. */
  readonly cut: Fault = (response, socket) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"issuer":')
    setTimeout(() => socket.destroy(), 20)
  }

  readonly reset: Fault = (_response, socket) => {
    socket.resetAndDestroy()
  }

  /** Answers with what is no HTTP. */
  readonly garbage: Fault = (_response, socket) => {
    socket.end('SSH-2.0-OpenSSH_9\r\n\r\n')
  }

  /** Sends `megabytes` of white space, as fast as it is read. */
  huge (megabytes: number, headers: Record<string, string> = {}): Fault {
    const block = Buffer.alloc(65_536, 0x20)
    return async response => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers })
      await this.#pour(response, block, megabytes * 16)
    }
  }

  /** Sends a small gzip body that decodes to much more: `block` is repeated. */
  compressed (encoding: string, body: Buffer): Fault {
    return response => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding })
      this.sent += body.length
      response.end(body)
    }
  }

  async #pour (response: ServerResponse, block: Buffer, times: number): Promise<void> {
    const closed = new Promise(resolve => response.once('close', resolve))
    for (let i = 0; i < times && !response.destroyed; i++) {
      this.sent += block.length
      if (!response.write(block)) await Promise.race([new Promise(resolve => response.once('drain', resolve)), closed])
    }
    response.end()
  }
}

/** What came back over a socket, taken apart just enough. */
export interface RawResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** Sends bytes to a loopback port and reads until the other side closes. */
export async function rawRequest (port: number, text: string | Buffer): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  // a reset after the answer is as good an end as any
  socket.on('error', () => {})
  socket.write(text)
  await new Promise(resolve => socket.once('close', resolve))
  return readResponse(Buffer.concat(chunks).toString('latin1'))
}

/** Takes an answer apart, as it stood on the wire. */
export function readResponse (whole: string): RawResponse {
  const end = whole.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = whole.slice(0, end === -1 ? undefined : end).split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const at = line.indexOf(':')
    const name = line.slice(0, at).toLowerCase()
    headers[name] = name in headers ? `${headers[name]}, ${line.slice(at + 1).trim()}` : line.slice(at + 1).trim()
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body: end === -1 ? '' : whole.slice(end + 4) }
}
