/**
 * `npm run mutate -- [path] [--sample N] [--seed S] [--tests N] [--look N] [--jobs N] [--learn]`: changes one place of
 * `lib` at a time and looks whether a test notices. A path may name a line: `lib/errors.ts:20`.
 *
 * Of the mutants below `path` (all of `lib` unless told otherwise, without `testing/` and `management/resources/`) a
 * random sample of 50 is tried, the same one for the same seed. For each, the tests that execute the place run, the
 * nearest first, until one fails; after 20 of them (`--tests`) the mutant counts as a survivor. Prints each survivor,
 * and the score by folder. What a test executes is kept until the test or the mutated source changes. Where it is
 * not known yet, it is found out when the tests that are known to execute the place have not noticed, for at most 30
 * tests (`--look`) and one mutant; "survived 0 tests" means that none of those looked at executes it. With
 * `--learn` every test that is not known yet and not of a slow kind is looked at first, which takes minutes.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import blank from 'ts-blank-space'
import { applyMutant, mutantsOf, type Mutant } from './mutants.js'
import { executedBy, executes, lastKnown, type Known } from './executed.js'
import { runTest } from './run-test.js'
import { isSlow, nearestFirst, sample, seeded } from './sample.js'

interface Tried extends Mutant {
  file: string
  text: string
}

/** A mutant that behaves as the source does. */
interface Equivalent {
  file: string
  /** The mutated line, without the blanks around it. */
  line: string
  reason: string
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', default: '20' },
    look: { type: 'string', default: '30' },
    jobs: { type: 'string', default: String(cpus().length) },
    learn: { type: 'boolean', default: false }
  }
})
const equivalents = JSON.parse(readFileSync(new URL('equivalents.json', import.meta.url), 'utf8')) as Equivalent[]

const sources = filesBelow('lib', /\.ts$/)
const tests = filesBelow('test', /\.test\.ts$/)
const hashes = Object.fromEntries(sources.map(file => [urlOf(file), hash(readFileSync(join(root, file), 'utf8'))]))
const chosen = sources.filter(file => positionals.length > 0
  ? positionals.some(path => file.startsWith(withoutLine(path)))
  : !/^lib\/(testing|management\/resources)\//.test(file))
const all = chosen.flatMap(file => {
  const text = readFileSync(join(root, file), 'utf8')
  return mutantsOf(text).map(mutant => ({ ...mutant, file, text }))
}).filter(isAskedFor)
  .filter(mutant => !equivalents.some(({ file, line }) => file === mutant.file && line === mutatedLine(mutant)))
if (all.length === 0) throw new Error(`Nothing to change below ${positionals.join(', ')}.`)
const mutants = sample(all, Number(values.sample), seeded(Number(values.seed)))
console.log(`${mutants.length} of ${all.length} mutants of ${chosen.length} files, seed ${values.seed}`)

/** What is known by now of each test file. */
const known = new Map<string, Known>()
/** The test files looked at in this run. */
const looked = new Map<string, Promise<Known>>()
/** Seconds each test file took last; those that never ran are tried after their like. */
const seconds = new Map<string, number>()
for (const test of tests) {
  const before = lastKnown(root, test)
  seconds.set(test, before?.seconds ?? 60)
  if (before !== undefined) known.set(test, before)
}
if (values.learn) {
  await inParallel(tests.filter(test => !known.has(test) && !isSlow(test)), async test => { await look(test) })
}
const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const score = new Map<string, { killed: number, survived: number }>()
await inParallel(mutants, async mutant => {
  const survived = await survives(mutant)
  const path = mutant.file.split('/').slice(0, -1).join('/')
  const count = score.get(path) ?? { killed: 0, survived: 0 }
  score.set(path, count)
  count[survived === undefined ? 'killed' : 'survived']++
  if (survived === undefined) return
  console.log(`survived ${survived} tests: ${mutant.file}:${mutant.line}  ${mutatedLine(mutant)}`)
})

let killed = 0
for (const [folder, count] of [...score].sort()) {
  killed += count.killed
  console.log(`${folder.padEnd(36)} ${count.killed} of ${count.killed + count.survived}`)
}
console.log(`score ${(100 * killed / mutants.length).toFixed(1)} %: ${killed} of ${mutants.length} noticed`)

/** How many tests did not notice a mutant; undefined when one did. */
async function survives (mutant: Tried): Promise<number | undefined> {
  const url = urlOf(mutant.file)
  const file = join(folder, `${mutants.indexOf(mutant)}.js`)
  writeFileSync(file, blank(applyMutant(mutant.text, mutant)))
  let ran = 0
  const tried = async (test: string, { executed, seconds: usual }: Known): Promise<boolean> => {
    if (!executes(executed, url, mutant.start)) return false
    ran++
    return (await runTest(root, test, { MUTANT: JSON.stringify({ url, file }) }, 20 + 5 * usual)).failed
  }
  const near = nearestFirst(mutant.file, tests.map(test => ({ test, seconds: seconds.get(test)! })))
  const isKnown = (test: string) => known.get(test)?.sources[url] === hashes[url]
  for (const test of near.filter(isKnown)) {
    if (ran === Number(values.tests)) return ran
    if (await tried(test, known.get(test)!)) return undefined
  }
  for (const test of near.filter(test => !isKnown(test)).slice(0, Number(values.look))) {
    if (ran === Number(values.tests)) return ran
    if (await tried(test, await look(test))) return undefined
  }
  return ran
}

/** What a test executes; found out once. A test that fails by itself notices nothing. */
function look (test: string): Promise<Known> {
  const looking = looked.get(test) ?? executedBy(root, test, hashes).catch((error: Error) => {
    console.log(`left out: ${error.message}`)
    return { executed: {}, seconds: 0, sources: hashes }
  }).then(found => {
    known.set(test, found)
    return found
  })
  looked.set(test, looking)
  return looking
}

/** Whether a mutant is on the line that its path names, if one does. */
function isAskedFor ({ file, line }: Tried): boolean {
  const paths = positionals.filter(path => file.startsWith(withoutLine(path)))
  return paths.length === 0 || paths.some(path => Number(/:(\d+)$/.exec(path)?.[1] ?? line) === line)
}

/** A path as it is below the repository; `lib/a.ts:5` names a line. */
function withoutLine (path: string): string {
  return path.replace(/^\.\//, '').replace(/:\d+$/, '')
}

function urlOf (file: string): string {
  return pathToFileURL(join(root, file)).href
}

function mutatedLine (mutant: Tried): string {
  return applyMutant(mutant.text, mutant).split('\n')[mutant.line - 1]!.trim()
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

function hash (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
