import '../../examples/typescript.js'
import { Redis } from 'ioredis'
import { startChild } from './child.js'
import { loadFor } from './load.js'
import { bareBefore, bareRows, hasMany, header, rounds, row, SECONDS } from './rounds.js'

const SESSIONS = 500
const MANY = 2000
/** Redis counts its commands, those inside of scripts too; these change something. */
const WRITES = ['set', 'del', 'hset', 'pexpire', 'zadd', 'zremrangebyscore']

const BARE = Array.from({ length: 3 }, () => ({ variant: 'bare', sessions: 0 }))
const VARIANTS = [
  { name: 'guarded, memory store, one session', variant: 'ours', sessions: 1, goal: 0.95 },
  { name: 'guarded, memory store, 2,000 sessions', variant: 'ours', sessions: MANY, goal: 0.9 },
  { name: 'guarded, Redis', variant: 'ours', redis: true, goal: 0.55 },
  { name: 'guarded, Redis, auto-pipelining client', variant: 'ours', redis: true, autoPipelining: true, goal: 0.55 },
  { name: 'guarded, Redis, activity on every request', variant: 'ours', redis: true, touchAfter: 0 },
  { name: '@fastify/session, Redis', variant: 'fastify-session', redis: true },
  { name: '@fastify/session, Redis, rolling', variant: 'fastify-session', redis: true, touchAfter: 0 }
]

/** A guarded page with the sessions in a store: CPU of the server per request, and what Redis must write. */
export async function run () {
  const { startRedis } = await import('../servers/redis.ts')
  const redis = await startRedis()
  const admin = new Redis(redis.port, '127.0.0.1')
  const started = []
  for (const args of [...BARE, ...VARIANTS]) {
    const { variant, redis: remote, touchAfter, sessions = SESSIONS, autoPipelining = false } = args
    started.push(
      await startChild('./store-server.js', {
        variant,
        sessions,
        touchAfter,
        autoPipelining,
        ...(remote && { redis: redis.port })
      })
    )
  }
  const guarded = started.slice(BARE.length)
  const bare = bareBefore(started.slice(0, BARE.length), guarded[0].headers, guarded[1].headers)
  const results = await rounds([...bare, ...guarded], async server => {
    const before = await writesOf(admin)
    const load = await loadFor(server.url, server.headers, SECONDS)
    return { ...load, writes: await writesOf(admin) - before }
  }, bare.length, hasMany)
  header(`Guarded page, ${SESSIONS} sessions in a store where nothing else is said`)
  const rows = [...bareRows(BARE), ...VARIANTS]
  rows.forEach((variant, i) => {
    row(variant, results[i], `   ${(results[i].writes / results[i].requests).toFixed(3)} writes/request`)
  })
  for (const server of started) server.stop()
  await admin.quit()
  await redis.stop()
}

async function writesOf (admin) {
  const stats = await admin.info('commandstats')
  return WRITES.reduce((sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0), 0)
}
