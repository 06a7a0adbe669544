import { invalid } from './body.js'
import type { HttpResponse } from './send.js'

/** The media type of an answer, lower-case and without parameters. */
export function mediaType (response: HttpResponse): string {
  return (response.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
}

/** The JSON object an answer holds. Members named `__proto__` are dropped. @see RFC 8259 */
export function parseJsonObject (response: HttpResponse, what: string): Record<string, unknown> {
  const value = parseJson(response, what)
  if (!isObject(value)) throw invalid(`${what}: the answer is not a JSON object.`)
  return value
}

/** The JSON value an answer holds, of whatever kind. */
export function parseJson (response: HttpResponse, what: string): unknown {
  const type = mediaType(response)
  if (type !== 'application/json' && !type.endsWith('+json')) throw invalid(`${what}: the answer is not JSON.`)
  try {
    return parseText(response.body)
  } catch {
    // The parser's own message quotes the text, which may hold a token.
    throw invalid(`${what}: the answer is not valid JSON.`)
  }
}

/** Parses JSON text; a byte order mark is skipped and `__proto__` members are dropped. */
export function parseText (text: string): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  // The reviver is slow: only text that can spell `__proto__` needs it.
  return json.includes('__proto__') || json.includes('\\u') ? JSON.parse(json, withoutProto) : JSON.parse(json)
}

/** Whether a JSON value is an object (not an array, not `null`). */
export function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function withoutProto (key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value
}
