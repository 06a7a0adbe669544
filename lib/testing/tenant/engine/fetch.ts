import { once } from 'node:events'
import type { RawRequest, TenantAnswer } from './exchange.js'

const withoutBody = new Set([204, 205, 304])

function headersOf (answer: TenantAnswer): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const item of [value].flat()) headers.append(name, item)
  }
  return headers
}

async function whenAborted (signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort')
  signal.throwIfAborted()
}

/** A `fetch` that the tenant answers in this process. Redirects are returned as they are. */
export function createTenantFetch (issuer: string,
  handle: (request: RawRequest) => Promise<TenantAnswer>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input as string, init)
    request.signal.throwIfAborted()
    if (!request.url.startsWith(issuer)) throw new TypeError(`fetch failed: this tenant serves ${issuer} only`)
    const working = handle({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      text: await request.text()
    })
    const answer = (await Promise.race([working, whenAborted(request.signal)]))!
    return new Response(withoutBody.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: headersOf(answer)
    })
  }
}
