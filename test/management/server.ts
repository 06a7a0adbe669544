import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** A request as it reached the server. */
export interface SeenRequest {
  method: string
  path: string
  query: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Answer {
  status?: number
  headers?: Record<string, string>
  /** Sent as JSON; a text as it is. */
  body?: unknown
}

export type Handler = (
  request: SeenRequest,
  response: ServerResponse
) => Answer | undefined | Promise<Answer | undefined>

export interface Server {
  /** Its URL, which is a client's `domain`. */
  url: string
  requests: SeenRequest[]
}

/** Listens on a free port until the test is over. A handler that returns nothing has answered itself. */
export async function startServer (t: Test, handler: Handler): Promise<Server> {
  const requests: SeenRequest[] = []
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const [path, query = ''] = incoming.url!.split('?', 2) as [string, string?]
      const request = {
        method: incoming.method!,
        path,
        query,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString()
      }
      requests.push(request)
      void Promise.resolve(handler(request, response)).then(answer => {
        if (answer === undefined) return
        const { status = 200, headers = {}, body } = answer
        const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
        response.writeHead(status, {
          ...(body !== undefined && { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' }),
          ...headers
        })
        response.end(text)
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
