import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { median, startChild } from './child.js'
import { begin, finish, VARIANTS } from './login.js'
import { goalMet } from './rounds.js'

const PROCESSES = Number(process.env.BENCH_ROUNDS ?? 11)
/** Milliseconds between the start of the server and its first visitor. */
const BEFORE_VISITOR = 500
/** Milliseconds. */
const GOALS = { login: 40, callback: 12 }

/** The first login of a fresh process: what its first visitor waits for, and the CPU time of the application. */
export async function run () {
  const tenants = []
  // A tenant is another machine: by the clock, its work must not delay that of the application.
  for (const { issuer } of VARIANTS) tenants.push(await startChild('./tenant-server.js', { issuer }, 1))
  const results = VARIANTS.map(() => [])
  // The first of each warms the tenant and the load.
  for (let round = 0; round <= PROCESSES; round++) {
    for (const [i, { variant }] of VARIANTS.entries()) {
      const times = await firstLogin(variant, tenants[i].url)
      if (round > 0) results[i].push(times)
    }
  }
  for (const tenant of tenants) tenant.stop()
  console.log('\nFirst login of a process, ready for %d ms: the median of %d processes', BEFORE_VISITOR, PROCESSES)
  for (const [i, { name, goal }] of VARIANTS.entries()) {
    const parts = ['login', 'callback'].map(part => {
      const ms = median(results[i].map(times => times[part].ms))
      const cpu = median(results[i].map(times => times[part].cpu))
      const limit = goal === undefined ? undefined : GOALS[part]
      return `${part} ${ms.toFixed(1)} ms${goalMet(limit, ms <= limit)}, of CPU ${cpu.toFixed(1)} ms`
    })
    console.log(`  ${name.padEnd(24)} ${parts.join('; ')}`)
  }
}

async function firstLogin (variant, issuer) {
  const app = await startChild('./login-server.js', { variant, issuer })
  await setTimeout(BEFORE_VISITOR)
  const pool = new Pool(app.url, { connections: 1 })
  const [start, login] = await timed(app, () => begin(pool))
  const [, callback] = await timed(app, () => finish(pool, start))
  await pool.close()
  app.stop()
  return { login, callback }
}

/** Milliseconds that work takes, and those of the application's CPU meanwhile. */
async function timed (app, work) {
  const spent = await app.cpu()
  const begun = performance.now()
  const result = await work()
  const ms = performance.now() - begun
  return [result, { ms, cpu: (await app.cpu() - spent) / 1000 }]
}
