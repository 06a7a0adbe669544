import { startChild } from './child.js'
import { loadFor } from './load.js'
import { header, rounds, row, SECONDS } from './rounds.js'

const VARIANTS = [
  { name: 'bare route, same Cookie header', variant: 'bare', sessions: 0 },
  { name: 'the same once more: what is noise', variant: 'bare', sessions: 0 },
  { name: 'the same once more: what is noise', variant: 'bare', sessions: 0 },
  { name: 'guarded, one session', variant: 'hit', sessions: 1, goal: 0.9 },
  { name: 'guarded, 2,000 sessions', variant: 'hit', sessions: 2000, goal: 0.83 },
  { name: 'guarded, cache off', variant: 'miss', sessions: 2000, goal: 0.57 },
  { name: 'guarded, activity written on every request', variant: 'rolling', sessions: 2000 },
  { name: '@fastify/secure-session', variant: 'secure-session', sessions: 2000 },
  { name: '@auth0/auth0-server-js, as its README', variant: 'peer', sessions: 100 }
]

const BARE = VARIANTS.filter(({ variant }) => variant === 'bare').length

/** A guarded page against the same route without a guard: CPU of the server per request. */
export async function run () {
  const servers = []
  for (const { variant, sessions } of VARIANTS) {
    servers.push(await startChild('./page-server.js', { variant, sessions }))
  }
  const cookies = servers[BARE].headers
  const results = await rounds(servers,
    server => loadFor(server.url, server.headers.length === 0 ? cookies : server.headers, SECONDS), BARE)
  header('Guarded page')
  VARIANTS.forEach((variant, i) =>
    row(variant, results[i],
      `   Set-Cookie ${(results[i].setCookie / results[i].requests).toFixed(1)} B/response`)
  )
  console.log(`  cookies of the reference session: ${servers[BARE].own} bytes with names (goal 3,900)`)
  for (const server of servers) server.stop()
}
