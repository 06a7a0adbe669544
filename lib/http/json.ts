import { isObject, parseText } from '../base/json.js'
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

/** What a `Response` made of a text, and many a test server, say of JSON. */
const UNTYPED = new Set(['', 'text/plain'])

/**
 * The JSON value an answer holds, of whatever kind. An answer without a content type, or with that of plain text, is
 * tried.
 */
export function parseJson (response: HttpResponse, what: string): unknown {
  const type = mediaType(response)
  const isTyped = type === 'application/json' || type.endsWith('+json')
  if (!isTyped && !UNTYPED.has(type)) {
    throw invalid(`${what}: the answer is not JSON. Its content type is "${type.slice(0, 64)}".`)
  }
  try {
    return parseText(response.body)
  } catch {
    // The parser's own message quotes the text, which may hold a token.
    throw invalid(`${what}: the answer is not ${isTyped ? 'valid ' : ''}JSON.`)
  }
}
