import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { invalid } from './body.js'
import type { Transport, WireResponse } from './wire.js'

/** What the application's `fetch` may answer: a `Response`, one of node-fetch, or what a test has made. */
interface LooseResponse {
  status?: number
  redirected?: boolean
  headers?: Iterable<[string, string]> | Record<string, string>
  body?: unknown
  text?: () => Promise<string>
  json?: () => Promise<unknown>
}

/** A `fetch` of the application's choice. */
export function fetchTransport (customFetch: typeof fetch): Transport {
  return {
    ready: () => undefined,
    async exchange ({ origin, path, method, headers, body }, signal) {
      const init = {
        method,
        headers,
        redirect: 'manual',
        ...(signal !== undefined && { signal }),
        ...(body !== undefined && { body, duplex: 'half' })
      }
      const response = await customFetch(origin + path, init as RequestInit) as LooseResponse | undefined
      if (typeof response?.status !== 'number') throw invalid('customFetch answered with something that has no status.')
      if (response.redirected === true) throw invalid('customFetch followed a redirect.')
      return await read(response as LooseResponse & { status: number })
    },
    async close () {}
  }
}

async function read (response: LooseResponse & { status: number }): Promise<WireResponse> {
  const { Readable } = process.getBuiltinModule('node:stream')
  const { status, body } = response
  const headers = headersOf(response.headers)
  const answer = (source: Readable): WireResponse => {
    // It may fail before anybody reads it. Whoever does is told then; without a listener it would end the process.
    source.on('error', () => {})
    return { status, headers, body: source, decoded: true }
  }
  if (body instanceof Readable) return answer(body)
  if (typeof (body as ReadableStream | null | undefined)?.getReader === 'function') {
    return answer(Readable.fromWeb(body as ReadableStream))
  }
  if (body === null) return answer(Readable.from([]))
  // Neither a stream nor nothing: what a test has made answers by its methods.
  if (typeof response.text === 'function') return answer(Readable.from([Buffer.from(await response.text())]))
  if (typeof response.json !== 'function') return answer(Readable.from([]))
  headers['content-type'] ??= 'application/json'
  return answer(Readable.from([Buffer.from(JSON.stringify(await response.json()))]))
}

function headersOf (headers: LooseResponse['headers'] = {}): Record<string, string> {
  const entries = Symbol.iterator in headers ? headers as Iterable<[string, string]> : Object.entries(headers)
  const record: Record<string, string> = {}
  for (const [name, value] of entries) {
    const known = record[name.toLowerCase()]
    record[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`
  }
  return record
}
