import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type TS from 'typescript'

// Not imported: Node would scan nine megabytes of CommonJS for export names first.
const ts = createRequire(import.meta.url)('typescript') as typeof TS
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** The homes of third-party packages: folders (ending in `/`) and files of `lib/` that may load them. */
const homes: Record<string, readonly string[]> = {
  fastify: ['plugin/', 'testing/'],
  'fastify-plugin': ['plugin/'],
  '@fastify/cookie': ['plugin/'],
  undici: ['http/', 'testing/'],
  jose: ['tokens/', 'testing/'],
  'oidc-provider': ['testing/'],
  otpauth: ['testing/'],
  '@simplewebauthn/server': ['testing/']
}

/** What each part of `lib/` may import from the others. Everything may import `types/` and `errors.ts`. */
const rings: Record<string, readonly string[]> = {
  base: [],
  http: ['base'],
  stores: ['base'],
  tokens: ['base', 'http'],
  authentication: ['base', 'http', 'tokens'],
  management: ['base', 'http', 'tokens', 'authentication'],
  flows: ['base', 'http', 'tokens', 'authentication', 'management', 'stores'],
  plugin: ['base', 'http', 'tokens', 'authentication', 'management', 'stores', 'flows'],
  testing: ['base', 'http', 'tokens', 'authentication', 'management', 'stores', 'flows', 'plugin', 'index.ts'],
  'index.ts': ['base', 'http', 'tokens', 'authentication', 'management', 'stores', 'flows', 'plugin']
}

interface Import {
  from: string
  typeOnly: boolean
  line: number
}
interface Source {
  path: string
  text: string
  tree: TS.SourceFile
  imports: Import[]
}

const lib = sourcesOf('lib')
const types = sourcesOf('types')

t.test('third-party packages live in their homes', async t => {
  const astray: string[] = []
  for (const { path, from, typeOnly, line } of importsIn([...lib, ...types])) {
    if (from.startsWith('.') || from.startsWith('node:')) continue
    const name = from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/')
    const home = homes[name] ?? []
    const atHome = path.startsWith('types/') ? typeOnly : home.some(place => isIn(path, place))
    if (!atHome) astray.push(`${path}:${line} imports ${from}, at home in ${home.join(', ') || 'no place'}`)
  }
  t.same(astray, [])
})

t.test('jose and undici are loaded at first use, not at start', async t => {
  const early = lib.filter(({ path }) => !path.startsWith('lib/testing/')).flatMap(({ path, tree }) =>
    tree.statements
      .filter(statement =>
        (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && !isTypeOnly(statement)
      )
      .map(statement =>
        ((statement as TS.ImportDeclaration).moduleSpecifier as TS.StringLiteral | undefined)?.text ?? ''
      )
      .filter(from => ['jose', 'undici', 'oidc-provider', 'otpauth', '@simplewebauthn/server'].includes(from))
      .map(from => `${path} imports ${from}`)
  )
  t.same(early, [])
})

t.test('imports point inwards', async t => {
  const outwards: string[] = []
  for (const { path, from, typeOnly, line } of importsIn([...lib, ...types])) {
    if (!from.startsWith('.')) continue
    const target = posix.normalize(posix.join(posix.dirname(path), from)).replace(/\.js$/, '.ts')
    if (!mayImport(path, target, typeOnly)) outwards.push(`${path}:${line} imports ${target}`)
  }
  t.same(outwards, [])
})

t.test('every part of lib has its place in the rings', async t => {
  const parts = new Set(lib.map(({ path }) => partOf(path)))
  t.same([...parts].filter(part => part !== 'errors.ts' && !(part in rings)), [])
})

t.test('no folder or file is named after nothing', async t => {
  t.same(lib.map(({ path }) => path).filter(path => /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.ts$)/.test(path)),
    [])
})

t.test('nothing is any, and nothing is left to do', async t => {
  const found: string[] = []
  for (const { path, text, tree } of [...lib, ...types]) {
    const visit = (node: TS.Node): void => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${path}:${lineOf(tree, node)} says any`)
      ts.forEachChild(node, visit)
    }
    visit(tree)
    for (const [word] of text.matchAll(/\b(TODO|FIXME|XXX)\b|@ts-ignore|@ts-nocheck|(c8|v8|istanbul) ignore/g)) {
      found.push(`${path} says ${word}`)
    }
  }
  t.same(found, [])
})

t.test('types hold no runtime code', async t => {
  t.same(
    types.flatMap(({ path, tree }) =>
      tree.statements.filter(statement => !isType(statement)).map(statement => `${path}:${lineOf(tree, statement)}`)
    ),
    []
  )
})

t.test('the repository names no machine', async t => {
  const machine = /(?:^|[\s'"`(=])\/(?:work|root|home\/[a-z]+|Users\/[A-Za-z]+)\//m
  const texts = filesOf('.', /\.(ts|js|cjs|json|md|ejs|css|ya?ml)$|^\.ci\/|^\.env\.example$|^\.taprc$/)
  t.same(texts.filter(path => machine.test(readFileSync(join(root, path), 'utf8'))), [])
})

function mayImport (path: string, target: string, typeOnly: boolean): boolean {
  if (path.startsWith('types/')) return typeOnly && (target.startsWith('types/') || target.startsWith('lib/'))
  // The entry point loads the one file that extends Fastify's types, which is empty at run time.
  if (target.startsWith('types/')) return typeOnly || path === 'lib/index.ts'
  if (target === 'lib/errors.ts') return true
  const part = partOf(path)
  return part === partOf(target) || (rings[part]?.includes(partOf(target)) ?? false)
}

function sourcesOf (folder: string): Source[] {
  return filesOf(folder, /\.ts$/).filter(path => !path.endsWith('.tst.ts')).map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
    return { path, text, tree, imports: importsOf(tree) }
  })
}

function importsOf (tree: TS.SourceFile): Import[] {
  const imports: Import[] = []
  const visit = (node: TS.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      imports.push({
        from: (node.moduleSpecifier as TS.StringLiteral).text,
        typeOnly: isTypeOnly(node),
        line: lineOf(tree, node)
      })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)) {
      imports.push({ from: node.argument.literal.text, typeOnly: true, line: lineOf(tree, node) })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0] !== undefined && ts.isStringLiteral(node.arguments[0])) {
      imports.push({ from: node.arguments[0].text, typeOnly: false, line: lineOf(tree, node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return imports
}

function isTypeOnly (node: TS.ImportDeclaration | TS.ExportDeclaration): boolean {
  return ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly
}

function isType (statement: TS.Statement): boolean {
  return ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement) ||
    ts.isModuleDeclaration(statement) ||
    ((ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && isTypeOnly(statement))
}

function importsIn (sources: Source[]): (Import & { path: string })[] {
  return sources.flatMap(({ path, imports }) => imports.map(found => ({ path, ...found })))
}

function lineOf (tree: TS.SourceFile, node: TS.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}

/** `lib/http/send.ts` is part of `http`, `lib/index.ts` is `index.ts`. */
function partOf (path: string): string {
  return path.split('/')[1] ?? path
}

function isIn (path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(`lib/${place}`) : path === `lib/${place}`
}

function filesOf (folder: string, wanted: RegExp): string[] {
  const skipped = new Set(['node_modules', 'dist', 'coverage', '.git', '.tap'])
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap(entry => {
    const path = relative(root, join(root, folder, entry.name)).replaceAll('\\', '/')
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesOf(path, wanted)
    return wanted.test(path) ? [path] : []
  })
}
