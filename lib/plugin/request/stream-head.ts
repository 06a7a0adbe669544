import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { ResponseHeaders } from './response-headers.js'

/** Methods that write the head of an HTTP/2 stream, and which of their arguments the headers are. */
const RESPONDING = { respond: 0, respondWithFD: 1, respondWithFile: 1 } as const

type Respond = (this: ServerHttp2Stream, ...args: unknown[]) => void

/**
 * Calls `work` when a handler writes the head to the HTTP/2 stream itself, past the response that stands for it.
 * @param needed asked first, with the headers given: nothing is changed when there is nothing to do
 */
export function beforeStreamHead (stream: ServerHttp2Stream, needed: (given: unknown) => boolean,
  work: (headers: ResponseHeaders) => void): void {
  for (const [method, at] of Object.entries(RESPONDING)) {
    const name = method as keyof typeof RESPONDING
    const original = stream[name] as unknown as Respond
    const respond: Respond = function (...args) {
      if (!this.headersSent && needed(args[at])) {
        const given = headersGiven(args[at])
        work(headersIn(given))
        args[at] = given
      }
      original.apply(this, args)
    }
    stream[name] = respond as never
  }
}

/** A copy: the application may use its headers again. Node 24 takes a flat list of names and values, too. */
function headersGiven (given: unknown): OutgoingHttpHeaders {
  if (!Array.isArray(given)) return { ...given as OutgoingHttpHeaders | undefined }
  const headers: OutgoingHttpHeaders = {}
  for (let at = 0; at < given.length; at += 2) {
    const [name, value] = given.slice(at, at + 2) as [string, string]
    const before = headers[name]
    headers[name] = before === undefined ? value : [before, value].flat().map(String)
  }
  return headers
}

function headersIn (headers: OutgoingHttpHeaders): ResponseHeaders {
  const nameOf = (name: string): string => Object.keys(headers).find(key => key.toLowerCase() === name) ?? name
  return {
    get: name => headers[nameOf(name)],
    names: () => Object.keys(headers),
    set: (name, value) => { headers[nameOf(name)] = value },
    remove: name => { Reflect.deleteProperty(headers, nameOf(name)) },
    addCookies: lines => {
      const name = nameOf('set-cookie')
      headers[name] = [headers[name] ?? [], lines].flat().map(String)
    }
  }
}
