import { fork, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, startChild } from './child.js'
import { cheapestQuarter, goalMet } from './rounds.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readJson = file => JSON.parse(readFileSync(file, 'utf8'))
const NAME_WIDTH = 44
/** Seconds each client is under load before it is measured. */
const WARM_UP = 3

/** Import time and memory of each subject, in fresh processes, interleaved. */
export function importCosts (subjects, rounds = 12) {
  const results = subjects.map(() => ({ ms: [], rss: [] }))
  for (let round = 0; round < rounds; round++) {
    subjects.forEach(({ code }, i) => {
      const script =
        `const t = performance.now(); ${code}; console.log(JSON.stringify({ ms: performance.now() - t, rss: ` +
        'process.memoryUsage().rss / 1048576 }))'
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        cwd: root
      })
      if (status !== 0) throw new Error(stderr)
      const { ms, rss } = JSON.parse(stdout)
      results[i].ms.push(ms)
      results[i].rss.push(rss)
    })
  }
  console.log('  import, the cheapest quarter of %d fresh processes', rounds)
  subjects.forEach(({ name }, i) =>
    console.log(
      `    ${name.padEnd(NAME_WIDTH)} ${cheapestQuarter(results[i].ms).toFixed(1).padStart(6)} ms  ` +
        ` ${cheapestQuarter(results[i].rss).toFixed(1)} MiB RSS`
    )
  )
  return results.map(({ ms, rss }) => ({ ms: cheapestQuarter(ms), rss: cheapestQuarter(rss) }))
}

/** Where a dependency of the package in a folder is installed. */
function installed (name, from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  throw new Error(`${name} is not installed`)
}

/** The folders of a package's dependencies, and of theirs. */
function closure (folder, found = new Set()) {
  for (const name of Object.keys(readJson(join(folder, 'package.json')).dependencies ?? {})) {
    const dependency = installed(name, folder)
    if (found.has(dependency)) continue
    found.add(dependency)
    closure(dependency, found)
  }
  return found
}

function sizeOf (path) {
  if (!existsSync(path)) return 0
  if (!statSync(path).isDirectory()) return statSync(path).size
  return readdirSync(path).filter(name => name !== 'node_modules').reduce((sum, name) => sum + sizeOf(join(path, name)),
    0)
}

/** What installing a package adds to an application that has Fastify already: packages and bytes. */
export function installCosts (subjects) {
  const fastify = installed('fastify', root)
  const present = new Set([fastify, ...closure(fastify)])
  const costs = subjects.map(({ install }) => {
    const folder = install === 'fastify-auth0' ? root : installed(install, root)
    const added = [...closure(folder)].filter(dependency => !present.has(dependency))
    const own = install === 'fastify-auth0' ? ownFiles() : [folder]
    return { packages: added.length + 1, bytes: [...added, ...own].reduce((sum, path) => sum + sizeOf(path), 0) }
  })
  console.log('  installed beside Fastify')
  subjects.forEach(({ name }, i) =>
    console.log(
      `    ${name.padEnd(NAME_WIDTH)} ${String(costs[i].packages).padStart(3)} packages  ` +
        ` ${(costs[i].bytes / 1e6).toFixed(1)} MB`
    )
  )
  return costs
}

function ownFiles () {
  const { files } = readJson(join(root, 'package.json'))
  return [...files.filter(name => !name.startsWith('!')), 'package.json', 'README.md', 'LICENSE'].map(name =>
    join(root, name)
  )
}

/** A client that had less of its core was not what was measured: the server was, or somebody else. */
const BUSY = 0.95
const ATTEMPTS = 3

/** Requests per second and CPU per request of each subject, 16 in flight, interleaved. */
export async function loads (subjects, operation, { rounds = 5, seconds = 0.7 } = {}) {
  const api = await startChild('./api-server.js', {})
  const clients = []
  for (const { subject } of subjects) clients.push(await startLoad({ subject, operation, url: api.url }))
  const runs = subjects.map(() => [])
  for (const client of clients) await client.run(WARM_UP)
  for (let round = 0; round < rounds; round++) {
    for (const [i, client] of clients.entries()) runs[i].push(await busiest(client, seconds))
  }
  const results = runs.map(list => {
    const middle = name => median(list.map(({ [name]: value }) => value))
    return { perSecond: middle('perSecond'), cpu: middle('cpu'), busy: middle('busy') }
  })
  console.log(`  ${operation}, 16 in flight, medians of ${rounds} interleaved rounds`)
  subjects.forEach(({ name }, i) => {
    const { perSecond, cpu, busy } = results[i]
    console.log(`    ${name.padEnd(NAME_WIDTH)} ${perSecond.toFixed(0).padStart(6)} requests/s   ` +
      `${cpu.toFixed(1)} µs CPU per request, ${Math.round(busy * 100)} % busy${busy < BUSY ? ', NOT THE BOUND' : ''}`)
  })
  for (const client of clients) client.stop()
  api.stop()
  return results
}

/** The run in which the client had most of its core. */
async function busiest (client, seconds) {
  let best = { busy: 0 }
  for (let attempt = 0; attempt < ATTEMPTS && best.busy < BUSY; attempt++) {
    const { requests, cpu, elapsed } = await client.run(seconds)
    const busy = cpu / 1e6 / elapsed
    if (busy > best.busy) best = { busy, perSecond: requests / elapsed, cpu: cpu / requests }
  }
  return best
}

async function startLoad (facts) {
  const child = fork(fileURLToPath(new URL('client-load.js', import.meta.url)), [JSON.stringify(facts)], { cwd: root })
  const next = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', code => reject(new Error(`client-load.js ended with ${code}`)))
    })
  await next()
  return {
    run (seconds) {
      child.removeAllListeners('exit')
      const answer = next()
      child.send({ seconds })
      return answer
    },
    stop () {
      child.removeAllListeners('exit')
      child.kill()
    }
  }
}

/** How a comparison ended. */
export function verdict (what, value, goal, met) {
  console.log(`  ${what}: ${value}${goalMet(goal, met)}`)
}
