import { createServer } from 'node:http'
import { once } from 'node:events'
import { startChild } from './child.js'
import { loadFor } from './load.js'
import { header, rounds, row, SECONDS } from './rounds.js'

const VARIANTS = [
  { name: 'bare @fastify/http-proxy, same headers', variant: 'bare', sessions: 0 },
  { name: 'the same once more: what is noise', variant: 'bare', sessions: 0 },
  { name: "with the user's token, one session", variant: 'user', sessions: 1, goal: 0.85 },
  { name: "with the user's token, 2,000 sessions", variant: 'user', sessions: 2000, goal: 0.85 },
  { name: 'without a token, one session', variant: 'none', sessions: 1 }
]

/** A proxied GET against the same with @fastify/http-proxy alone: CPU of the proxy per request. */
export async function run () {
  const body = JSON.stringify({ orders: Array.from({ length: 10 }, (_, id) => ({ id, sum: 100 * id })) })
  const upstream = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    response.end(body)
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const servers = []
  for (const { variant, sessions } of VARIANTS) {
    servers.push(await startChild('./proxy-server.js', {
      variant, sessions, upstream: `http://127.0.0.1:${upstream.address().port}`
    }))
  }
  const cookies = servers[2].headers
  const results = await rounds(servers, server =>
    loadFor(server.url, server.headers.length === 0 ? cookies : server.headers, SECONDS, { path: '/api/orders' }))
  header('Proxied GET')
  VARIANTS.forEach((variant, i) => row(variant, results[i]))
  for (const server of servers) server.stop()
  upstream.closeAllConnections()
  upstream.close()
}
