import t from 'tap'
import { applyMutant, mutantsOf } from './mutants.js'
import { nearestFirst, sample, seeded } from './sample.js'

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
      "const a = { 'b-c': d }", "const a = b['c']", "const a = 'one sentence' + b",
      "const a = 'one sentence, ' + 'of two ' + 'lines.'"]
  ) t.strictSame(changes(text), [], text)
})

t.test('a seed determines the sample', async t => {
  const all = Array.from({ length: 100 }, (_, i) => i)
  const chosen = sample(all, 10, seeded(3))
  t.strictSame(sample(all, 10, seeded(3)), chosen)
  t.notSame(sample(all, 10, seeded(4)), chosen)
  t.equal(new Set(chosen).size, 10)
  t.strictSame(sample(all, 1000, seeded(1)).sort((one, other) => one - other), all)
})

t.test('the test most like the source comes first, and of two alike the quicker one', async t => {
  const tests = ['hostile/api', 'flows/login/login', 'flows/tokens/access-token', 'flows/tokens/refresh']
    .map((name, i) => ({ test: `test/${name}.test.ts`, seconds: 9 - i }))
  t.strictSame(nearestFirst('lib/flows/tokens/access-token.ts', tests), ['test/flows/tokens/access-token.test.ts',
    'test/flows/tokens/refresh.test.ts', 'test/flows/login/login.test.ts', 'test/hostile/api.test.ts'])
})
