import type { IncomingHttpHeaders } from 'node:http'

/** Headers as they go upstream. */
export type WireHeaders = Record<string, string | string[]>

/**
 * What stays here: who the browser is to us, what belongs to this connection, what only a proxy in front of us may say,
 * and what would make the upstream take another path or method than the one that was checked.
 */
const DROPPED = new Set(['authorization', 'connection', 'content-length', 'cookie', 'cookie2', 'dpop', 'expect',
  'forwarded', 'host', 'http2-settings', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'x-csrf',
  'x-http-method', 'x-http-method-override', 'x-method-override', 'x-original-host', 'x-original-uri',
  'x-original-url', 'x-real-ip', 'x-rewrite-url', 'true-client-ip', 'cf-connecting-ip', 'client-ip',
  'x-client-ip', 'x-cluster-client-ip'])
/** Among them a client's certificate, however a server in front says it. @see RFC 9440 section 2 */
const DROPPED_KINDS = /^(?::|proxy-|sec-websocket-|x-forwarded-|(?:x-)?(?:(?:ssl|tls)-)?client-(?:cert|verify))/

/** The headers of a browser that may go upstream. @see RFC 9110 section 7.6.1 */
export function requestHeaders (given: IncomingHttpHeaders): WireHeaders {
  const named = connectionNames(given.connection)
  const headers: WireHeaders = {}
  for (const name in given) {
    // CGI and its like read `x_forwarded_for` as `x-forwarded-for`, and cannot tell it from a header that is ours.
    if (name.includes('_') || DROPPED.has(name) || DROPPED_KINDS.test(name) || named?.includes(name) === true) continue
    headers[name] = given[name]!
  }
  return headers
}

const USUAL = /^(?:close|keep-alive)$/i

/** The headers that `Connection` names: they are for this connection only. */
export function connectionNames (connection: string | string[] | undefined): string[] | undefined {
  if (connection === undefined || (typeof connection === 'string' && USUAL.test(connection))) return undefined
  return [connection].flat().join(',').toLowerCase().split(',').map(name => name.trim())
}
