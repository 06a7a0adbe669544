import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type TS from 'typescript'

// Not imported: Node would scan nine megabytes of CommonJS for export names first.
const ts = createRequire(import.meta.url)('typescript') as typeof TS

/**
 * What the npm package auth0 7.1.0 declares and this package's types of June 2026 did not: operation, side, path,
 * what.
 */
type Row = [
  op: string,
  side: 'body' | 'query' | 'response',
  path: string,
  what: 'field' | 'field or index' | 'null' | 'values',
  values?: string
]
const rows = JSON.parse(readFileSync(new URL('type-gap.json', import.meta.url), 'utf8')) as Row[]

const file = fileURLToPath(new URL('../../lib/management/client.ts', import.meta.url))
const program = ts.createProgram([file], {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node']
})
const checker = program.getTypeChecker()
const source = program.getSourceFile(file)!
const symbol = checker
  .getExportsOfModule(checker.getSymbolAtLocation(source)!)
  .find(({ name }) => name === 'ManagementClient')!
const client = checker.getDeclaredTypeOfSymbol(symbol)

const members = (type: TS.Type): TS.Type[] => type.isUnion() ? type.types.flatMap(members) : [type]
const typeOf = (symbol: TS.Symbol): TS.Type => checker.getTypeOfSymbolAtLocation(symbol, source)
const isNothing = ({ flags }: TS.Type): boolean => (flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0

/** The arguments of a signature, which all are in one tuple, by their labels. */
function argumentsOf (signature: TS.Signature): { name: string, type: TS.Type }[] {
  return signature.getParameters().flatMap(parameter => {
    const tuple = typeOf(parameter) as TS.TupleTypeReference
    const labels = tuple.target.labeledElementDeclarations ?? []
    return checker.getTypeArguments(tuple).map((type, i) => ({ name: labels[i]?.name.getText() ?? '', type }))
  })
}

/** The types that one side of an operation has. */
function sideOf (op: string, side: Row[1], path: string): TS.Type[] {
  const method = op.split('.').reduce((type, name) => typeOf(checker.getPropertyOfType(type, name)!), client)
  const listing = checker.getPropertyOfType(method, 'listing')
  if (side === 'response' && path.startsWith('[]') && listing !== undefined) return [typeOf(listing)]
  return checker.getSignaturesOfType(method, ts.SignatureKind.Call).flatMap(signature => {
    if (side === 'response') return members(checker.getAwaitedType(signature.getReturnType())!)
    return argumentsOf(signature).filter(({ name }) => name === side).flatMap(({ type }) => members(type))
  })
}

/** One step of a path; the last says how it was found. */
function step (types: TS.Type[], name: string): { types: TS.Type[], byIndex: boolean } {
  let byIndex = false
  const found = types.filter(type => !isNothing(type)).flatMap(type => {
    if (name === '[]') {
      const item = checker.getPropertyOfType(type, 'item')
      const element = item !== undefined && checker.getPropertyOfType(type, 'walled') !== undefined
        ? typeOf(item)
        : checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      return element === undefined ? [] : members(element)
    }
    const property = checker.getPropertyOfType(type, name)
    if (property !== undefined) return members(typeOf(property))
    const index = checker.getIndexTypeOfType(type, ts.IndexKind.String)
    if (index === undefined) return []
    byIndex = true
    return members(index)
  })
  return { types: found, byIndex }
}

/** What a row's place lacks; nothing where it lacks nothing. */
function lacks ([op, side, path, what, values]: Row): string | undefined {
  let types = sideOf(op, side, path)
  let byIndex = false
  for (const name of path.match(/\[\]|[^.[\]]+/g) ?? []) ({ types, byIndex } = step(types, name))
  if (what === 'field') return types.length > 0 && !byIndex ? undefined : 'the field'
  if (what === 'field or index') return types.length > 0 ? undefined : 'the field'
  if (what === 'null') return types.some(({ flags }) => (flags & ts.TypeFlags.Null) !== 0) ? undefined : 'null'
  const ours = new Set(types.map(type => type.isStringLiteral() ? type.value : ''))
  const missing = values!.split(',').filter(value => !ours.has(value))
  return missing.length === 0 ? undefined : missing.join(', ')
}

t.test('the types hold what auth0 7.1.0 declares', async t => {
  const gaps = rows.flatMap(row => {
    const missing = lacks(row)
    return missing === undefined ? [] : [`${row[0]} ${row[1]} ${row[2]}: ${missing}`]
  })
  t.strictSame(gaps, [])
  t.comment(`${gaps.length} of ${rows.length} gaps are open`)
})

t.test('the check can fail', async t => {
  t.equal(lacks(['users.get', 'response', '.no_such_field', 'field']), 'the field')
  t.equal(lacks(['users.get', 'response', '.user_id', 'null']), 'null')
  t.equal(lacks(['users.get', 'response', '.user_id', 'field']), undefined)
  t.equal(lacks(['actions.list', 'query', '.triggerId', 'values', 'no-such-trigger']), 'no-such-trigger')
})

/** All methods, and how hover shows them. */
function methodsOf (type: TS.Type, path: string): { path: string, shown: string, documented: string }[] {
  return checker.getPropertiesOfType(type).flatMap(property => {
    const own = typeOf(property)
    const name = `${path}.${property.name}`
    if (own.getCallSignatures().length === 0) return methodsOf(own, name)
    const documented = ts.displayPartsToString(property.getDocumentationComment(checker))
    const shown = checker
      .typeToString(own, source, ts.TypeFormatFlags.NoTruncation)
      .replaceAll(/import\([^)]*\)\./g, '')
    return [{ path: name, shown, documented }]
  })
}

t.test('every operation has a sentence, and what hover shows of it is short', async t => {
  const methods = checker.getPropertiesOfType(client)
    .filter(({ name }) => !name.startsWith('#') && name !== 'rateLimit' && name !== 'close')
    .flatMap(resource => methodsOf(typeOf(resource), resource.name))
  t.ok(methods.length > 480)
  t.strictSame(methods.filter(({ documented }) => !/\.$/.test(documented)).map(({ path }) => path), [])
  t.strictSame(methods.filter(({ shown }) => shown.length >= 300).map(({ path, shown }) => `${path}: ${shown}`), [])
  const longest = Math.max(...methods.map(({ shown }) => shown.length))
  t.comment(`${methods.length} methods; the longest is shown in ${longest} characters`)
})

t.test('the fields people ask about have a sentence', async t => {
  const generated = readFileSync(new URL('../../types/management-generated.ts', import.meta.url), 'utf8')
  const { descriptions } = JSON.parse(readFileSync(new URL('generate/additions.json', import.meta.url), 'utf8')) as {
    descriptions: Record<string, Record<string, string>>
  }
  const fields = Object.values(descriptions).flatMap(fields => Object.values(fields))
  t.ok(fields.length >= 20)
  for (const text of fields) t.ok(generated.includes(`/** ${text} */`), text)
})
