import { readFileSync } from 'node:fs'
import t from 'tap'
import { applyMutant, isAbout, mutantsOf, mutatedLine, withSwitches, type Equivalent } from './mutants.js'
import { begin } from './quick-tap.js'
import { importsOf, nearestFirst, sample, seeded } from './sample.js'

type Quick = ReturnType<typeof begin>['root']

const changes = (text: string) => mutantsOf(text).map(mutant => applyMutant(text, mutant))

t.test('operators, conditions, throws, calls and literals change, one at a time', async t => {
  t.strictSame(changes('const a = b === c'), ['const a = b !== c'])
  t.strictSame(changes('const a = b ?? c()'), ['const a = b'])
  t.strictSame(changes('const a = !b'), ['const a = b'])
  t.strictSame(changes('if (a) b()'), ['if (true) b()', 'if (false) b()', 'if (a) {}'])
  t.strictSame(changes('const a = b ? c : d'), ['const a = true ? c : d', 'const a = false ? c : d'])
  t.strictSame(changes('throw new Error(a)'), ['{}'])
  t.strictSame(changes('await a()'), ['{}'])
  t.strictSame(changes("const a = 'b'"), ["const a = ''"])
  t.strictSame(changes('const a = [true, 7]'), ['const a = [false, 7]', 'const a = [true, (7 + 1)]'])
})

t.test('types, imports, names of members and sentences stay', async t => {
  for (
    const text of ["import a from 'b'", "export { a } from 'b'", "type A = 'b' | 1", "const a = b as 'c'",
      "const a = { 'b-c': d }", 'const a = { 7: b }', "const { 'b-c': d } = a",
      "declare module 'a' {}", "const a = b['c']", "const a = 'one sentence' + b",
      "const a = 'one sentence, ' + 'of two ' + 'lines.'"]
  ) t.strictSame(changes(text), [], text)
})

t.test('the mutated line is that of the whole changed text', async t => {
  const text = 'if (a ===\n  b) c()\n  await d( // e\n  7)\nreturn 1'
  for (const mutant of mutantsOf(text)) {
    t.equal(mutatedLine(text, mutant), applyMutant(text, mutant).split('\n')[mutant.line - 1]!.trim())
  }
})

t.test('each row of the equivalents is about a mutant that there is', async t => {
  const rows = JSON.parse(readFileSync(new URL('equivalents.json', import.meta.url), 'utf8')) as Equivalent[]
  for (const file of new Set(rows.map(({ file }) => file))) {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
    const mutants = mutantsOf(text)
    const stale = rows.filter(row => row.file === file && !mutants.some(mutant => isAbout(row, text, mutant)))
    t.strictSame(stale.map(({ line }) => line), [], file)
  }
})

t.test('a seed determines the sample', async t => {
  const all = Array.from({ length: 100 }, (_, i) => i)
  const chosen = sample(all, 10, seeded(3))
  t.strictSame(sample(all, 10, seeded(3)), chosen)
  t.notSame(sample(all, 10, seeded(4)), chosen)
  t.equal(new Set(chosen).size, 10)
  t.strictSame(sample(all, 1000, seeded(1)).sort((one, other) => one - other), all)
})

t.test('the test that the map names comes first, then those most like the source, slow ones last', async t => {
  const tests = ['slow/api', 'hostile/api', 'flows/login/login', 'flows/tokens/access-token', 'flows/tokens/refresh']
    .map(name => `test/${name}.test.ts`)
  t.strictSame(nearestFirst('lib/flows/tokens/access-token.ts', tests), ['test/flows/tokens/refresh.test.ts',
    'test/flows/tokens/access-token.test.ts', 'test/flows/login/login.test.ts', 'test/hostile/api.test.ts',
    'test/slow/api.test.ts'])
})

t.test('imports are found wherever they are, types left out', async t => {
  t.strictSame(importsOf([
    "import a from './a.js'", "import { b, type B } from './b.js'", "import type { C } from './c.js'",
    "export type { D } from './d.js'", "export * from './e.js'", "import './f.js'", "const g = () => import('./g.js')",
    'import {', '  h,', "  i } from './h.js'", "export const j = 'import'"
  ].join('\n')), ['./a.js', './b.js', './e.js', './f.js', './g.js', './h.js'])
})

t.test('a source with switches behaves as each of its mutants', async t => {
  const source = `
    const log = []
    if (a === 1 && !b) log.push('one', c ?? 7)
    else log.push(a < 3 ? 'few' : true)
    try { if (b) throw new Error('bad') } catch (error) { log.push(error.message) }
    return JSON.stringify(log)`
  const mutants = mutantsOf(source).map((mutant, id) => ({ ...mutant, id }))
  t.equal(mutants.length, 22)
  const results = (text: string) => [[1, false, null], [1, true, 2], [3, false, undefined], [2, true, 0]]
    .map(input => {
      // eslint-disable-next-line no-new-func
      const run = new Function('a', 'b', 'c', text) as (...input: unknown[]) => string
      return run(...input)
    })
  const switched = withSwitches(source, mutants)
  let active = -1
  Object.assign(globalThis, { mutant: (id: number) => id === active })
  t.teardown(() => { Reflect.deleteProperty(globalThis, 'mutant') })
  t.strictSame(results(switched), results(source))
  for (const mutant of mutants) {
    active = mutant.id
    t.strictSame(results(switched), results(applyMutant(source, mutant)), `${mutant.line}: ${mutant.replacement}`)
  }
})

t.test('the stand-in for tap fails where tap fails', async t => {
  const failing: Array<(t: Quick) => unknown> = [
    t => t.ok(0), t => t.notOk(1), t => t.equal({}, {}), t => t.not(1, 1), t => t.same({ a: 1 }, { a: 2 }),
    t => t.notSame({ a: 1 }, { a: '1' }), t => t.strictSame({ a: 1 }, { a: '1' }), t => t.match({ a: 'b' }, { a: /c/ }),
    t => t.notMatch({ a: 'b' }, { a: /b/ }), t => t.hasStrict({ a: 1 }, { a: '1' }), t => t.type(1, 'string'),
    t => t.type({}, Map), t => t.fail('told to'), t => t.throws(() => {}),
    t => t.throws(() => { throw new Error('a') }, /b/), t => t.doesNotThrow(() => { throw new Error('a') }),
    t => t.rejects(Promise.resolve()), t => t.rejects(Promise.reject(new Error('a')), { message: 'b' }),
    t => t.resolves(Promise.reject(new Error('a'))), t => t.teardown(() => { throw new Error('a') }),
    t => { void t.test('inner', async t => { t.equal(1, 2) }) }, t => { t.before(async () => { throw new Error('a') }) }
  ]
  for (const body of failing) {
    const run = begin()
    const outer = run.root.test('outer', body)
    await outer.then(async () => { await run.root.finish() }).catch(error => { run.fail(error) })
    t.type(run.failed, Error, body.toString())
  }
})

t.test('the stand-in for tap passes where tap passes, and cleans up in turn', async t => {
  const run = begin()
  const order: string[] = []
  const place = { value: 1 }
  void run.root.test('outer', async t => {
    t.teardown(() => order.push('first'))
    t.teardown(() => order.push('second'))
    void t.test('left out', { skip: true }, () => t.fail())
    t.intercept(place, 'value', { value: 2 })
    void t.test('inner', async t => {
      order.push('inner')
      t.equal(place.value, 2)
      t.match({ a: 'bc', d: 1 }, { a: /b/ })
      t.type([], 'Array')
      t.equal((await t.rejects(Promise.reject(new TypeError('a')), { name: 'TypeError' }) as Error).message, 'a')
      t.throws(() => { throw new Error('abc') }, /b/)
      t.ok(t.testdir({ inner: { 'a.txt': 'b' } }).length > 0)
    })
  })
  await run.root.finish()
  t.equal(run.failed, undefined)
  t.strictSame(order, ['inner', 'second', 'first'])
  t.equal(place.value, 1)
})
