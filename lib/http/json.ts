import { isObject, parseText } from '../base/json.js'
import { invalid } from './body.js'
import type { HttpResponse } from './send.js'

/** The media type of an answer, lower-case and without parameters. */
export function mediaType (response: HttpResponse): string {
  return (response.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
}

/** The JSON object an answer holds. Members named `__proto__` are dropped. @see RFC 8259 */
export function parseJsonObject (response: HttpResponse, what: string): Record<string, unknown> {
  const value = parseJson(response, what)
  if (!isObject(value)) throw invalid(`${what}: the answer is not a JSON object.`)
  return value
}

/** What a `Response` made of a text, and many a test server, say of JSON. */
const UNTYPED = new Set(['', 'text/plain'])

/** What nearly every answer says. */
const USUAL = new Set(['application/json', 'application/json; charset=utf-8'])

/**
 * The JSON value an answer holds, of whatever kind. An answer without a content type, or with that of plain text, is
 * tried.
 */
export function parseJson (response: HttpResponse, what: string): unknown {
  const isTyped = USUAL.has(response.headers['content-type'] ?? '') || isJsonType(response, what)
  try {
    return parseText(response.body)
  } catch {
    // The parser's own message quotes the text, which may hold a token.
    throw invalid(`${what}: the answer is not ${isTyped ? 'valid ' : ''}JSON.`)
  }
}

/** Whether an answer says that it is JSON. One that says that it is something else is refused. */
function isJsonType (response: HttpResponse, what: string): boolean {
  const type = mediaType(response)
  const isTyped = type === 'application/json' || type.endsWith('+json')
  if (!isTyped && !UNTYPED.has(type)) {
    throw invalid(`${what}: the answer is not JSON. Its content type is "${type.slice(0, 64)}".`)
  }
  return isTyped
}
