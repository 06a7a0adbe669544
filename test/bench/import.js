import { spawnSync } from 'node:child_process'
import { cheapestQuarter, goalMet } from './rounds.js'

const ROUNDS = 16
const SUBJECTS = [
  ['fastify + @fastify/cookie + fastify-plugin',
    "await import('fastify'); await import('@fastify/cookie'); await import('fastify-plugin')"],
  ['the same and fastify-auth0',
    "await import('fastify'); await import('@fastify/cookie'); await import('fastify-plugin'); await " +
    "import('fastify-auth0')"],
  ['fastify-auth0/authentication alone', "await import('fastify-auth0/authentication')"],
  ['fastify-auth0/management alone', "await import('fastify-auth0/management')"]
]

/** Import time and memory, each in fresh processes, interleaved. */
export async function run () {
  const results = SUBJECTS.map(() => ({ ms: [], rss: [] }))
  for (let round = 0; round < ROUNDS; round++) {
    SUBJECTS.forEach(([, code], i) => {
      const script =
        `const t = performance.now(); ${code}; console.log(JSON.stringify({ ms: performance.now() - t, rss: ` +
        'process.memoryUsage().rss / 1048576 }))'
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8'
      })
      if (status !== 0) throw new Error(stderr)
      const { ms, rss } = JSON.parse(stdout)
      results[i].ms.push(ms)
      results[i].rss.push(rss)
    })
  }
  console.log('\nImport, the cheapest quarter of %d fresh processes', ROUNDS)
  SUBJECTS.forEach(([name], i) =>
    console.log(
      `  ${name.padEnd(46)} ${cheapestQuarter(results[i].ms).toFixed(1).padStart(6)} ms  ` +
        ` ${cheapestQuarter(results[i].rss).toFixed(1)} MiB`
    )
  )
  const added = cheapestQuarter(results[1].ms) - cheapestQuarter(results[0].ms)
  console.log(`  fastify-auth0 adds ${added.toFixed(1)} ms${goalMet(8, added <= 8)}`)
}
