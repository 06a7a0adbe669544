import { randomUUID } from 'node:crypto'
import {
  isInitializeRequest, WebStandardStreamableHTTPServerTransport, type AuthInfo, type HandleRequestOptions,
  type McpServer
} from '@modelcontextprotocol/server'

/** Sessions at most, of all users and of one. The oldest make room. */
const MOST = 1000
const MOST_OF_ONE = 10

interface Session {
  owner: string
  transport: WebStandardStreamableHTTPServerTransport
}

/**
 * The sessions of clients that speak the protocol of 2025. Each belongs to the user and the client that began it: an id
 * is no credential, and whoever else shows it is told that there is no such session.
 */
export class Sessions {
  readonly #create: () => McpServer
  readonly #open = new Map<string, Session>()

  constructor (create: () => McpServer) {
    this.#create = create
  }

  async fetch (request: Request, options: HandleRequestOptions & { authInfo: AuthInfo }): Promise<Response> {
    const owner = ownerOf(options.authInfo)
    const id = request.headers.get('mcp-session-id')
    if (id === null) {
      if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
      return isInitializeRequest(options.parsedBody)
        ? await (await this.#begin(owner)).handleRequest(request, options)
        : refusal(400, 'Begin a session with "initialize".')
    }
    const session = this.#open.get(id)
    if (session?.owner !== owner) return refusal(404, 'Session not found')
    return await session.transport.handleRequest(request, options)
  }

  async close (): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ transport }) => transport.close()))
  }

  async #begin (owner: string): Promise<WebStandardStreamableHTTPServerTransport> {
    await this.#makeRoom(owner)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: id => {
        this.#open.set(id, { owner, transport })
      }
    })
    transport.onclose = () => {
      this.#open.delete(transport.sessionId ?? '')
    }
    await this.#create().connect(transport)
    return transport
  }

  async #makeRoom (owner: string): Promise<void> {
    const all = [...this.#open.values()]
    const own = all.filter(session => session.owner === owner)
    if (own.length >= MOST_OF_ONE) await own[0]!.transport.close()
    else if (all.length >= MOST) await all[0]!.transport.close()
  }
}

function ownerOf ({ clientId, extra }: AuthInfo): string {
  return JSON.stringify([extra?.sub, clientId])
}

function refusal (status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code: -32001, message }, id: null }, { status })
}
