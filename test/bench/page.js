import { startChild } from './child.js'
import { loadFor } from './load.js'
import { bareBefore, bareRows, hasMany, header, rounds, row, SECONDS } from './rounds.js'

const BARE = Array.from({ length: 3 }, () => ({ variant: 'bare', sessions: 0 }))
const VARIANTS = [
  { name: 'guarded, one session', variant: 'hit', sessions: 1, goal: 0.9 },
  { name: 'guarded, 2,000 sessions', variant: 'hit', sessions: 2000, goal: 0.83 },
  { name: 'guarded, cache off', variant: 'miss', sessions: 2000, goal: 0.57 },
  { name: 'guarded, activity written on every request', variant: 'rolling', sessions: 2000 },
  { name: '@fastify/secure-session', variant: 'secure-session', sessions: 2000 },
  { name: '@auth0/auth0-server-js, as its README', variant: 'peer', sessions: 100 }
]

/** A guarded page against the same route without a guard and with the same Cookie headers: CPU of the server per request. */
export async function run () {
  const started = []
  for (const { variant, sessions } of [...BARE, ...VARIANTS]) {
    started.push(await startChild('./page-server.js', { variant, sessions }))
  }
  const guarded = started.slice(BARE.length)
  const [{ headers: one, own }, { headers: many }] = guarded
  const bare = bareBefore(started.slice(0, BARE.length), one, many)
  const results = await rounds([...bare, ...guarded], server => loadFor(server.url, server.headers, SECONDS), bare.length,
    hasMany)
  header('Guarded page')
  const rows = [...bareRows(BARE), ...VARIANTS]
  rows.forEach((variant, i) => {
    row(variant, results[i], `   Set-Cookie ${(results[i].setCookie / results[i].requests).toFixed(1)} B/response`)
  })
  console.log(`  cookies of the reference session: ${own} bytes with names (goal 3,900)`)
  for (const server of started) server.stop()
}
