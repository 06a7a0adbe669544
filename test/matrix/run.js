/**
 * Runs test groups on other versions of Node and Fastify, which npm packages bring: `npm run test:matrix`.
 * `npm run test:matrix -- 26 fastify6` runs those rows only whose names hold all of the words.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(fileURLToPath(new URL('.', import.meta.url)), '../..')
const cache = join(root, 'node_modules/.cache/matrix')

/** What depends on Node or Fastify; the rest is run by `npm test`. */
const WIDE = ['plugin', 'flows', 'tokens', 'stores', 'hostile-a-o', 'hostile-p-z', 'rest']
const SHORT = ['plugin', 'flows', 'tokens']

const rows = [
  { node: '20', fastify: '5.12.1', groups: SHORT },
  { node: '22', fastify: '5.12.8', groups: SHORT },
  { node: '24', fastify: '5.12.8', groups: SHORT },
  { node: '26', fastify: '5.12.8', groups: WIDE },
  { node: '24', fastify: '6.0.0-alpha.4', groups: SHORT },
  { node: '26', fastify: '6.0.0-alpha.4', groups: SHORT }
].map(row => ({ ...row, name: `Node ${row.node}, fastify${row.fastify}` }))

const words = process.argv.slice(2)
const results = []
for (const row of rows.filter(({ name }) => words.every(word => name.includes(word)))) {
  const node = await nodeOf(row.node)
  const folder = await install(`fastify-${row.fastify}`, `fastify@${row.fastify}`)
  for (const group of row.groups) results.push(await run(row.name, node, folder, group))
}
console.log(`\n${results.map(({ line }) => line).join('\n')}`)
process.exitCode = results.length > 0 && results.every(({ ok }) => ok) ? 0 : 1

/** The newest Node of a major version. */
async function nodeOf (major) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = await install(`node-${major}`, `${name}@${major}`)
  return join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** A folder of its own with one package. */
async function install (name, wanted) {
  const folder = join(cache, name)
  if (existsSync(join(folder, 'node_modules'))) return folder
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{}')
  const npm = spawn('npm', ['install', wanted, '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' })
  const [code] = await once(npm, 'exit')
  if (code !== 0) throw new Error(`npm cannot install ${wanted}.`)
  return folder
}

/** One group; prints what failed. */
async function run (name, node, folder, group) {
  const file = join(root, 'test/groups', `${group}.ts`)
  const args = ['--import=./test/matrix/other-fastify.js', '--import=./examples/typescript.js', file]
  const env = { ...process.env, FASTIFY_FOLDER: folder, TAP_TIMEOUT: '600' }
  const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => { output += text })
  const [code] = await once(child, 'close')
  const [, total = '0'] = /^# \{ total: (\d+)/m.exec(output) ?? []
  const ok = code === 0 && Number(total) > 0
  if (!ok) console.log(output.split('\n').filter(line => !/^ *(?:ok|#) /.test(line)).slice(0, 400).join('\n'))
  const line = `${ok ? 'passed' : 'FAILED'}  ${name}: ${group}, ${total} checks`
  console.log(line)
  return { ok, line }
}
