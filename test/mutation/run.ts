/**
 * `npm run mutate -- [path] [--sample N] [--seed S] [--tests N] [--look N] [--jobs N] [--verbose]` changes one place
 * of `lib` at a time and looks whether a test notices. A path may name a line: `lib/errors.ts:20`.
 *
 * Of the mutants below `path` (all of `lib` unless told otherwise, without `testing/` and `management/resources/`) a
 * random sample of 50 is tried, the same one for the same seed. For each, the tests that execute the place run, the
 * nearest first, until one fails; after 6 of them (`--tests`), or 9 (`--look`) that may execute it, the mutant counts
 * as a survivor. A test file tries all of its mutants in one process. At last a survivor meets the nearest test in a
 * process of its own, which must end by itself. Prints each survivor, and the score by folder; with `--verbose`, also
 * which test noticed which mutant.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import blank from 'ts-blank-space'
import { isAbout, mutantsOf, mutatedLine, withSwitches, type Equivalent, type Mutant } from './mutants.js'
import { runTest } from './run-test.js'
import { importsOf, nearestFirst, sample, seeded } from './sample.js'
import { tryMutants } from './try-mutants.js'

interface Candidate extends Mutant {
  file: string
  text: string
}

/** What became of a mutant so far. */
interface State extends Candidate {
  id: number
  /** The tests that may execute the place and were not tried, the nearest first. */
  rest: string[]
  looked: number
  /** The tests that executed the place and did not notice. */
  passed: string[]
  noticed: boolean
}

/** Tests that each mutant meets in a round, before the next round takes those that are left. */
const ROUNDS = [1, 2, 6]

const root = fileURLToPath(new URL('../../', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', default: '6' },
    look: { type: 'string', default: '9' },
    jobs: { type: 'string', default: String(cpus().length) },
    verbose: { type: 'boolean', default: false }
  }
})
const equivalents = JSON.parse(readFileSync(new URL('equivalents.json', import.meta.url), 'utf8')) as Equivalent[]
const tests = filesBelow('test', /\.test\.ts$/)
const states = chooseMutants()
const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
writeSources()

for (let round = 0; states.some(hasTests); round++) {
  const nominated = new Map<string, State[]>()
  for (const state of states.filter(hasTests)) {
    for (const test of state.rest.splice(0, ROUNDS[Math.min(round, ROUNDS.length - 1)])) {
      nominated.set(test, [...nominated.get(test) ?? [], state])
    }
  }
  await inParallel([...nominated].sort(([, one], [, other]) => other.length - one.length), tryWith)
}
await inParallel(states.filter(({ noticed, passed }) => !noticed && passed.length > 0), async state => {
  const env = { MUTANTS: folder, MUTANT: String(state.id) }
  state.noticed = (await runTest(root, state.passed[0]!, env, 60)).failed
})
report()

/** Tries mutants with a test, as far as they are still open. */
async function tryWith ([test, nominees]: [string, State[]]): Promise<void> {
  const open = nominees.filter(isOpen)
  if (open.length === 0) return
  const { reached, noticed } = await tryMutants(root, folder, test, open.map(({ id }) => id))
  for (const state of open) {
    state.looked++
    state.noticed ||= noticed.has(state.id)
    if (!noticed.has(state.id) && reached.has(state.id)) state.passed.push(test)
    const noticing = noticed.has(state.id) ? 'noticed' : reached.has(state.id) ? 'not noticed' : 'not executed'
    if (values.verbose) console.log(`${noticing} by ${test}: ${placeOf(state)}`)
  }
  // Nobody needs to look once more whether this test executes them.
  for (const state of states) if (!reached.has(state.id)) state.rest = state.rest.filter(other => other !== test)
}

function isOpen ({ noticed, passed, looked }: State): boolean {
  return !noticed && passed.length < Number(values.tests) && looked < Number(values.look)
}

function hasTests (state: State): boolean {
  return isOpen(state) && state.rest.length > 0
}

function report (): void {
  const score = new Map<string, { killed: number, all: number }>()
  for (const state of states) {
    const path = dirname(state.file)
    const count = score.get(path) ?? { killed: 0, all: 0 }
    score.set(path, count)
    count.all++
    if (state.noticed) count.killed++
    else console.log(`survived ${state.passed.length} tests: ${placeOf(state)}`)
  }
  for (const [path, { killed, all }] of [...score].sort()) console.log(`${path.padEnd(36)} ${killed} of ${all}`)
  const killed = states.filter(({ noticed }) => noticed).length
  console.log(`score ${(100 * killed / states.length).toFixed(1)} %: ${killed} of ${states.length} noticed`)
}

function chooseMutants (): State[] {
  const chosen = filesBelow('lib', /\.ts$/).filter(file => positionals.length > 0
    ? positionals.some(path => file.startsWith(withoutLine(path)))
    : !/^lib\/(testing|management\/resources)\//.test(file))
  const all = chosen.flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8')
    return mutantsOf(text).map(mutant => ({ ...mutant, file, text }))
  }).filter(isAskedFor)
    .filter(mutant => !equivalents.some(row => row.file === mutant.file && isAbout(row, mutant.text, mutant)))
  if (all.length === 0) throw new Error(`Nothing to change below ${positionals.join(', ')}.`)
  const mutants = sample(all, Number(values.sample), seeded(Number(values.seed)))
  console.log(`${mutants.length} of ${all.length} mutants of ${chosen.length} files, seed ${values.seed}`)
  const needed = new Map(tests.map(test => [test, filesNeededBy(test)]))
  return mutants.map((mutant, id) => {
    const rest = nearestFirst(mutant.file, tests.filter(test => needed.get(test)!.has(mutant.file)))
    return { ...mutant, id, rest, looked: 0, passed: [], noticed: false }
  })
}

/** Writes the changed sources, as `loader.js` wants them. */
function writeSources (): void {
  const sources: Record<string, string> = {}
  for (const file of new Set(states.map(({ file }) => file))) {
    const inside = states.filter(state => state.file === file)
    const changed = join(folder, `${inside[0]!.id}.js`)
    writeFileSync(changed, blank(withSwitches(inside[0]!.text, inside)))
    sources[pathToFileURL(join(root, file)).href] = changed
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sources.json'), JSON.stringify(sources))
}

/** All that a test file imports, directly or not. */
function filesNeededBy (test: string): Set<string> {
  const found = new Set([test])
  for (const file of found) {
    for (const name of importsOf(readFileSync(join(root, file), 'utf8'))) {
      const path = join(dirname(file), name.replace(/\.js$/, '.ts'))
      if (name.startsWith('.') && existsSync(join(root, path))) found.add(path)
    }
  }
  return found
}

/** Whether a mutant is on the line that its path names, if one does. */
function isAskedFor ({ file, line }: Candidate): boolean {
  const paths = positionals.filter(path => file.startsWith(withoutLine(path)))
  return paths.length === 0 || paths.some(path => Number(/:(\d+)$/.exec(path)?.[1] ?? line) === line)
}

/** A path as it is below the repository; `lib/a.ts:5` names a line. */
function withoutLine (path: string): string {
  return path.replace(/^\.\//, '').replace(/:\d+$/, '')
}

function placeOf (mutant: Candidate): string {
  return `${mutant.file}:${mutant.line}  ${mutatedLine(mutant.text, mutant)}`
}

async function inParallel<T> (items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]()
  await Promise.all(Array.from({ length: Number(values.jobs) }, async () => {
    for (const item of rest) await work(item)
  }))
}

function filesBelow (folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map(path => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter(path => name.test(path))
    .sort()
}
