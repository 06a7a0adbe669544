import { readFileSync } from 'node:fs'
import t from 'tap'
import { cases, covered } from './covered.js'
import { moduleRows } from './modules.js'

t.test('every case of the list has a test that carries its id', async t => {
  const ids = covered()
  t.strictSame(cases.filter(({ id }) => !ids.has(id)).map(({ id }) => id), [], 'no case is left out')
})

t.test("every id in a test's name is one of the list", async t => {
  const known = new Set(cases.map(({ id }) => id))
  for (const [id, files] of covered()) if (!known.has(id)) t.fail(`${files.join(', ')}: ${id} is not in the list`)
  t.equal(known.size, cases.length, 'no id twice')
})

t.test('the table of conformance modules names the test of each', async t => {
  const rows = readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n')
  t.strictSame(rows.filter(row => /^\| .*\| `(?:oidcc|fapi)/.test(row)), moduleRows(),
    'to make it: node --import ./examples/typescript.js test/hostile/modules.ts')
})
