import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './child.js'
import { importCosts, installCosts, loads, verdict } from './client-cost.js'
import { cheapestQuarter } from './rounds.js'
import { users } from './users.js'

const SUBJECTS = [
  {
    name: 'fastify-auth0/management',
    subject: 'fastify-auth0',
    install: 'fastify-auth0',
    code: "await import('fastify-auth0/management')"
  },
  { name: 'auth0', subject: 'auth0', install: 'auth0', code: "await import('auth0')" }
]
const ROUNDS = 3
const here = fileURLToPath(new URL('.', import.meta.url))

/** Ten lines with a client of a package, or without any. */
function program (from) {
  const client = from === undefined
    ? 'const client = { users: { get: async (id: string) => ({ id }) } }'
    : `import { ManagementClient } from '${from}'\nconst client = new ManagementClient({ domain: ` +
      '\'acme.eu.auth0.com\', token: \'token\' })'
  const more = from === undefined
    ? ''
    : "const list = await client.users.list({ q: 'email:*' })\nawait client.roles.create({ name: 'editor' })\nawait " +
      "client.users.delete('auth0|1')\nconsole.log(list)"
  return `${client}\nconst user = await client.users.get('auth0|1')\n${more}\nconsole.log(user)\nexport {}\n`
}

function typeCheckCosts () {
  const folder = mkdtempSync(join(here, 'tsc-'))
  try {
    const programs = [['an empty program', undefined], ['the same with fastify-auth0/management',
      'fastify-auth0/management'], ['the same with auth0', 'auth0']]
    const times = programs.map(() => [])
    programs.forEach(([, from], i) => writeFileSync(join(folder, `p${i}.ts`), program(from)))
    for (let round = 0; round < ROUNDS; round++) {
      programs.forEach((_, i) => {
        const start = performance.now()
        const { status, stdout } = spawnSync(process.execPath, [join(here, '../../node_modules/typescript/bin/tsc'),
          '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--types', 'node',
          join(folder, `p${i}.ts`)], { encoding: 'utf8' })
        if (status !== 0) throw new Error(stdout)
        times[i].push(performance.now() - start)
      })
    }
    console.log('  tsc of a ten-line program, medians of %d', ROUNDS)
    programs.forEach(([name], i) => console.log(`    ${name.padEnd(44)} ${(median(times[i]) / 1000).toFixed(2)} s`))
    return times.map(median)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** CPU that `JSON.parse` alone takes for a list of 100 users, microseconds. */
function parseCost () {
  const text = JSON.stringify(users)
  const costs = Array.from({ length: 40 }, () => {
    const { user, system } = process.cpuUsage()
    for (let i = 0; i < 50; i++) JSON.parse(text)
    const after = process.cpuUsage()
    return (after.user + after.system - user - system) / 50
  })
  return cheapestQuarter(costs)
}

/** The Management API's client beside the npm package `auth0`. */
export async function run () {
  console.log('\nManagement API')
  const [ours, theirs] = importCosts(SUBJECTS)
  const sizes = installCosts(SUBJECTS)
  verdict('import time', `${ours.ms.toFixed(1)} ms`, '15 ms', ours.ms <= 15)
  verdict('import time', `${(theirs.ms / ours.ms).toFixed(1)} times as fast`, 'ahead', ours.ms < theirs.ms)
  verdict('memory', `${ours.rss.toFixed(1)} of ${theirs.rss.toFixed(1)} MiB`, 'ahead', ours.rss < theirs.rss)
  const share = sizes[0].bytes / sizes[1].bytes
  verdict('size', `${(share * 100).toFixed(0)} % of auth0's`, 'a tenth', share <= 0.1)
  const [empty, own, peer] = typeCheckCosts()
  verdict('tsc', `${(own / empty).toFixed(2)} times the empty program, auth0 ${(peer / empty).toFixed(2)}`, '1.3',
    own / empty <= 1.3)
  for (const [operation, goal] of [['users.get', 10], ['users.list', 5]]) {
    const [fast, slow] = await loads(SUBJECTS, operation)
    const times = fast.perSecond / slow.perSecond
    verdict(`${operation}, requests/s`, `${times.toFixed(1)} times auth0's`, goal, times >= goal)
    verdict(`${operation}, CPU per request`, `${(slow.cpu / fast.cpu).toFixed(1)} times less`, 'ahead',
      fast.cpu < slow.cpu)
    if (operation === 'users.list') sayShares(parseCost(), fast.cpu, slow.cpu)
  }
}

/** No client can be faster than `JSON.parse`. */
function sayShares (parse, own, peer) {
  const share = cpu => `${(parse / cpu * 100).toFixed(0)} %`
  console.log(`  JSON.parse of the list: ${parse.toFixed(0)} µs, ${share(own)} of our CPU and ${share(peer)} of auth0's`)
}
