import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import t from 'tap'
import type TS from 'typescript'
import { mistakes } from './peers-bugs.js'

// Not imported: Node would scan nine megabytes of CommonJS for export names first.
const ts = createRequire(import.meta.url)('typescript') as typeof TS
const here = new URL('./', import.meta.url)
const read = new Map<string, Set<string>>()

/** The tests of a file, read once. */
function testsIn (file: string): Set<string> {
  const url = new URL(`${file}.test.ts`, here)
  if (!read.has(file)) read.set(file, existsSync(url) ? testsOf(readFileSync(url, 'utf8')) : new Set())
  return read.get(file)!
}

/**
 * Names of the tests in a source, but for those that are skipped: of `t.test`, of functions that make tests, and in
 * tables tests are made from.
 */
function testsOf (source: string): Set<string> {
  const names = new Set<string>()
  const visit = (node: TS.Node): void => {
    if (ts.isCallExpression(node)) {
      if (isSkipped(node)) return
      if (makesTests(node.expression)) add(node.arguments[0])
    }
    if (ts.isArrayLiteralExpression(node)) add(node.elements[0])
    ts.forEachChild(node, visit)
  }
  const add = (name: TS.Node | undefined): void => {
    if (name === undefined) return
    const text = textOf(name)
    if (text !== undefined) names.add(text)
    else if (ts.isTemplateExpression(name)) names.add(name.head.text.trimEnd())
  }
  visit(ts.createSourceFile('test.ts', source, ts.ScriptTarget.ES2022))
  return names
}

/** The text of a literal, or of a sum of literals. */
function textOf (node: TS.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isBinaryExpression(node)) return undefined
  const [left, right] = [textOf(node.left), textOf(node.right)]
  return left === undefined || right === undefined ? undefined : left + right
}

function makesTests (callee: TS.Expression): boolean {
  return ts.isIdentifier(callee) || (ts.isPropertyAccessExpression(callee) && callee.name.text === 'test')
}

function isSkipped ({ expression, arguments: given }: TS.CallExpression): boolean {
  const skips = (name: string): boolean => name === 'skip' || name === 'todo'
  if (ts.isPropertyAccessExpression(expression) && skips(expression.name.text)) return true
  return given.some(argument =>
    ts.isObjectLiteralExpression(argument) &&
    argument.properties.some(({ name }) => name !== undefined && ts.isIdentifier(name) && skips(name.text))
  )
}

t.test('a test that does not run proves nothing', async t => {
  const found = testsOf(`
    t.test('one', async t => { await t.test(\`two \${x}\`, f) })
    for (const [name] of [['three', 1]]) scenario(name, f)
    // t.test('in a comment', f)
    t.skip('skipped', f)
    t.test.todo('open', f)
    scenario('left', f, { todo: 'later' })
    t.test('put off', { skip: true }, async t => { t.test('inside of it', f) })
    t.equal('a text', 'another')`)
  t.strictSame([...found], ['one', 'two', 'three'])
})

t.test('each mistake is listed once', async t => {
  for (const [topic, rows] of Object.entries(mistakes)) {
    t.equal(new Set(rows.map(([mistake]) => mistake)).size, rows.length, topic)
  }
})

for (const [topic, rows] of Object.entries(mistakes)) {
  t.test(`not made here: ${topic}`, async t => {
    for (const [mistake, file, test] of rows) {
      await t.test(mistake, async t => {
        t.ok(testsIn(file).has(test), `test/${file}.test.ts: ${test}`)
      })
    }
  })
}
