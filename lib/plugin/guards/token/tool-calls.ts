import type { FastifyRequest } from 'fastify'

/** The version of the protocol since which servers compare `Mcp-Name` with the body. */
const COMPARED_SINCE = '2026-07-28'
/** Methods of requests that hold no message. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/**
 * The tools that a request to an MCP server calls: those of its body, one message or a batch. `Mcp-Name` counts as well
 * where the version of the protocol makes servers compare it with the body, and there it does without a body.
 * @returns `undefined` where that cannot be told
 * @see Model Context Protocol, "Streamable HTTP"
 */
export function calledTools ({ method, headers, body }: FastifyRequest): readonly string[] | undefined {
  const named = toolOfHeader(headers)
  const messages = messagesOf(body)
  if (messages !== undefined) return [...messages.flatMap(toolOf), ...named ?? []]
  if (body === undefined || body === null) return named ?? (WITHOUT_BODY.has(method) ? [] : undefined)
  return undefined
}

/** The messages of a body that is parsed, or read as text; `undefined` for anything else. */
function messagesOf (body: unknown): readonly unknown[] | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return messagesOf(parsed(body))
  if (Array.isArray(body)) return body
  const prototype: unknown = typeof body === 'object' && body !== null ? Object.getPrototypeOf(body) : undefined
  return prototype === Object.prototype || prototype === null ? [body] : undefined
}

function parsed (text: string | Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString())
    // A text within the text is no message.
    return typeof value === 'string' ? undefined : value
  } catch {
    // The server cannot read it either, and nobody can say what it would call.
    return undefined
  }
}

function toolOf (message: unknown): string[] {
  const { method, params } = (message ?? {}) as { method?: unknown, params?: { name?: unknown } | null }
  if (method !== 'tools/call') return []
  const name = params?.name
  // A call without a name calls nothing; as a tool of no name it asks for what all others ask for.
  return [typeof name === 'string' ? name : '']
}

/** The tool of the header, where its value is to be trusted; none for another method. */
function toolOfHeader (headers: FastifyRequest['headers']): readonly string[] | undefined {
  const version = headers['mcp-protocol-version']
  if (typeof version !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(version) || version < COMPARED_SINCE) return undefined
  const method = headers['mcp-method']
  if (typeof method !== 'string') return undefined
  if (method !== 'tools/call') return []
  const name = headers['mcp-name']
  return typeof name === 'string' ? [decoded(name)] : undefined
}

/** A name that a header cannot hold comes in base64: `=?base64?…?=`. */
function decoded (name: string): string {
  const coded = /^=\?base64\?([A-Za-z\d+/=]*)\?=$/.exec(name.trim())?.[1]
  return coded === undefined ? name.trim() : Buffer.from(coded, 'base64').toString()
}
