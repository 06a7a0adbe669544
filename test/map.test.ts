import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { map } from './map.js'

const root = fileURLToPath(new URL('../', import.meta.url))
const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .map(path => path.replaceAll('\\', '/'))
  .filter(path => path.endsWith('.ts'))
const rows = Object.entries(map).flatMap(([folder, files]) =>
  Object.entries(files).map(([file, test]) => ({ source: folder === '.' ? file : `${folder}/${file}`, test })))

/** The files that a file of the repository imports, types included. */
function importsOf (path: string): string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)\.js'/g)]
    .map(([, name]) => join(dirname(path), `${name}.ts`))
    .filter(existsSync)
}

const known = new Map<string, ReadonlySet<string>>()

/** What a test file imports, and what that imports. */
function reachedBy (test: string): ReadonlySet<string> {
  const before = known.get(test)
  if (before !== undefined) return before
  const reached = new Set([join(root, 'test', test)])
  for (const path of reached) for (const imported of importsOf(path)) reached.add(imported)
  known.set(test, reached)
  return reached
}

t.test('every file of lib has a row, and every row a file', async t => {
  const listed = rows.map(({ source }) => source)
  t.strictSame(sources.filter(path => !listed.includes(path) && !path.startsWith('management/resources/')), [])
  t.strictSame(listed.filter(path => !sources.includes(path) && path !== 'management/resources/*'), [])
})

t.test('every test that is named exists and reaches its file', async t => {
  t.strictSame(rows.filter(({ test }) => !existsSync(join(root, 'test', test))), [])
  const unreached = rows.filter(({ source, test }) =>
    !source.endsWith('*') && test !== 'architecture.test.ts' && !reachedBy(test).has(join(root, 'lib', source)))
  t.strictSame(unreached, [])
})
