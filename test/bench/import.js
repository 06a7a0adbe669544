import { spawnSync } from 'node:child_process'
import { cheapestQuarter, goalMet } from './rounds.js'
import { options } from './subject.js'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 16)
const FASTIFY = "const { default: fastify } = await import('fastify'); await import('@fastify/cookie'); " +
  "await import('fastify-plugin')"
const REGISTER = `const { default: auth0 } = await import('fastify-auth0'); const app = fastify(); await app.register(auth0,
  ${JSON.stringify(options)}); await app.ready()`
const SUBJECTS = [
  ['fastify + @fastify/cookie + fastify-plugin', FASTIFY],
  ['the same and fastify-auth0', `${FASTIFY}; await import('fastify-auth0')`],
  ['fastify alone, ready', `${FASTIFY}; await fastify().ready()`],
  ['fastify, ready with fastify-auth0', `${FASTIFY}; ${REGISTER}`],
  ['fastify-auth0/authentication alone', "await import('fastify-auth0/authentication')"],
  ['fastify-auth0/management alone', "await import('fastify-auth0/management')"]
]

/** Time, CPU time of all threads and memory of a start, each in fresh processes, interleaved. */
export async function run () {
  const results = SUBJECTS.map(() => ({ ms: [], cpu: [], rss: [] }))
  for (let round = 0; round < ROUNDS; round++) {
    SUBJECTS.forEach(([, code], i) => {
      const script =
        `const t = performance.now(); const c = process.cpuUsage(); ${code}; const ms = performance.now() - t; ` +
        // V8 still optimizes what loading Fastify made hot, in a thread of its own: ten milliseconds of each subject.
        'await new Promise(resolve => setTimeout(resolve, 100)); const { user, system } = process.cpuUsage(c); ' +
        'console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, ' +
        'rss: process.memoryUsage().rss / 1048576 }))'
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8'
      })
      if (status !== 0) throw new Error(stderr)
      const { ms, cpu, rss } = JSON.parse(stdout)
      results[i].ms.push(ms)
      results[i].cpu.push(cpu)
      results[i].rss.push(rss)
    })
  }
  console.log('\nImport, the cheapest quarter of %d fresh processes', ROUNDS)
  SUBJECTS.forEach(([name], i) =>
    console.log(
      `  ${name.padEnd(46)} ${cheapestQuarter(results[i].ms).toFixed(1).padStart(6)} ms  ` +
        ` ${cheapestQuarter(results[i].cpu).toFixed(1).padStart(6)} ms of CPU   ${cheapestQuarter(results[i].rss).toFixed(1)} MiB`
    )
  )
  const added = (name, one, other) =>
    cheapestQuarter(results[one][name]) - cheapestQuarter(results[other][name])
  const ms = added('ms', 1, 0)
  console.log(`  the import adds ${ms.toFixed(1)} ms${goalMet(12, ms <= 12)}, of CPU ${added('cpu', 1, 0).toFixed(1)} ms`)
  console.log(`  import and register add ${added('ms', 3, 2).toFixed(1)} ms, of CPU ${added('cpu', 3, 2).toFixed(1)} ms`)
}
