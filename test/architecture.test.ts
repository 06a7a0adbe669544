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
  '@opentelemetry/api': ['otel/'],
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
  otel: ['http'],
  testing: ['base', 'http', 'tokens', 'authentication', 'management', 'stores', 'flows', 'plugin', 'index.ts'],
  'index.ts': ['base', 'http', 'tokens', 'authentication', 'management', 'stores', 'flows', 'plugin']
}

/** The floors inside a part of `lib/`, and those below each; `.` is the part's own files, which may use all of them. */
const floors: Record<string, Record<string, readonly string[]>> = {
  flows: {
    session: [],
    tokens: ['session'],
    login: ['session', 'tokens', 'device'],
    logout: ['session', 'tokens', 'login'],
    api: ['session', 'tokens', 'login'],
    accounts: ['session', 'tokens', 'login'],
    device: ['session']
  },
  stores: {
    sealing: [],
    // The watch keeps what this process has ended in a list in memory.
    revocation: ['memory'],
    device: ['sealing'],
    stateless: ['sealing', 'revocation', 'device'],
    stateful: ['sealing', 'stateless', 'device'],
    transactions: ['sealing', 'stateless'],
    memory: ['revocation', 'stateful', 'transactions'],
    redis: ['revocation', 'stateful'],
    postgres: ['revocation', 'stateful'],
    bridge: ['stateful'],
    import: ['sealing', 'revocation', 'stateful'],
    conformance: []
  },
  authentication: {
    server: [],
    api: ['server'],
    'my-account': ['server']
  }
}

/** Most lines of a file, columns of a line and files of a folder. */
const LIMITS = { lines: 240, columns: 120, files: 26 }

interface Import {
  from: string
  typeOnly: boolean
  /** Whether it is loaded when the program comes to it, by `import()`. */
  late: boolean
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

t.test('jose, undici and costly parts of Node are loaded at first use, not at start', async t => {
  const late = ['jose', 'undici', 'oidc-provider', 'otpauth', '@simplewebauthn/server', 'node:zlib']
  const shipped = lib.filter(({ path }) => !/^lib\/(testing|stores\/conformance)\//.test(path))
  const early = shipped.flatMap(({ path, tree }) =>
    tree.statements
      .filter(statement =>
        (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && !isTypeOnly(statement)
      )
      .map(statement =>
        ((statement as TS.ImportDeclaration).moduleSpecifier as TS.StringLiteral | undefined)?.text ?? ''
      )
      .filter(from => late.includes(from))
      .map(from => `${path} imports ${from}`)
  )
  t.same(early, [])
})

t.test('what is loaded at its first use is not loaded at start as well', async t => {
  const late = importsIn(lib).filter(({ late, from }) => late && from.startsWith('.'))
    .map(({ path, from }) => targetOf(path, from))
  const atStart = new Set(['lib/index.ts'])
  for (const path of atStart) {
    const { imports = [] } = lib.find(source => source.path === path) ?? {}
    for (const { from, typeOnly, late } of imports) {
      if (!typeOnly && !late && from.startsWith('.')) atStart.add(targetOf(path, from))
    }
  }
  t.ok(late.includes('lib/flows/login/login.ts') && atStart.has('lib/flows/client.ts'), 'both kinds are found')
  t.same(late.filter(path => atStart.has(path)), [])
})

t.test('imports point inwards', async t => {
  const outwards: string[] = []
  for (const { path, from, typeOnly, line } of importsIn([...lib, ...types])) {
    if (!from.startsWith('.')) continue
    const target = targetOf(path, from)
    if (!mayImport(path, target, typeOnly)) outwards.push(`${path}:${line} imports ${target}`)
  }
  t.same(outwards, [])
})

t.test('floors stand on the floors below them', async t => {
  const upwards: string[] = []
  for (const { path, from, line } of importsIn(lib)) {
    if (!from.startsWith('.')) continue
    const target = targetOf(path, from)
    const below = floors[partOf(path)]
    if (below === undefined || partOf(target) !== partOf(path)) continue
    const [floor, other] = [floorOf(path), floorOf(target)]
    if (floor === '.' || other === '.' || floor === other) continue
    if (!(below[floor]?.includes(other) ?? false)) upwards.push(`${path}:${line} imports ${target}`)
  }
  t.same(upwards, [])
})

t.test('no file is in an import cycle, types included', async t => {
  const imported = new Map([...lib, ...types].map(({ path, imports }) =>
    [path, imports.filter(({ from }) => from.startsWith('.')).map(({ from }) => targetOf(path, from))]))
  t.same(cyclesOf(imported), [])
})

t.test('types import nothing of lib', async t => {
  t.same(importsIn(types).filter(({ path, from }) => targetOf(path, from).startsWith('lib/')), [])
})

t.test('files and folders stay small', async t => {
  const long = lib.filter(({ path, text }) => path !== 'lib/errors.ts' && text.split('\n').length - 1 > LIMITS.lines)
  t.same(long.map(({ path, text }) => `${path} has ${text.split('\n').length - 1} lines`), [])
  const wide = [...lib, ...types].filter(({ path }) => path !== 'types/management-generated.ts').flatMap(source =>
    source.text.split('\n').flatMap((line, i) => line.length > LIMITS.columns ? [`${source.path}:${i + 1}`] : []))
  t.same(wide, [], `no line has more than ${LIMITS.columns} columns`)
  const folders = new Map<string, number>()
  for (const { path } of lib) folders.set(posix.dirname(path), (folders.get(posix.dirname(path)) ?? 0) + 1)
  folders.delete('lib/management/resources')
  t.same([...folders].filter(([, count]) => count > LIMITS.files), [])
})

t.test('the search for cycles finds one', async t => {
  const cyclic = new Map([['a', ['b']], ['b', ['c', 'd']], ['c', ['a']], ['d', []]])
  t.same(cyclesOf(cyclic), [['a', 'b', 'c']])
  t.same(cyclesOf(new Map([['a', ['b']], ['b', []]])), [])
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
  if (path.startsWith('types/')) return typeOnly && target.startsWith('types/')
  if (target.startsWith('types/')) return typeOnly
  if (target === 'lib/errors.ts') return true
  const part = partOf(path)
  return part === partOf(target) || (rings[part]?.includes(partOf(target)) ?? false)
}

/** The file that an import of `path` means. */
function targetOf (path: string, from: string): string {
  return posix.normalize(posix.join(posix.dirname(path), from)).replace(/\.js$/, '.ts')
}

/** `lib/flows/login/login.ts` stands on the floor `login` of its part, `lib/flows/client.ts` on `.`. */
function floorOf (path: string): string {
  const folders = path.split('/').slice(2, -1)
  return folders[0] ?? '.'
}

/** Groups of files that import each other in a circle. @see Tarjan 1972 */
function cyclesOf (imported: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    low.set(file, order.get(file)!)
    stack.push(file)
    for (const next of imported.get(file) ?? []) {
      if (!order.has(next)) visit(next)
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!))
    }
    if (low.get(file) !== order.get(file)) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1) cycles.push(group.sort())
  }
  for (const file of imported.keys()) if (!order.has(file)) visit(file)
  return cycles
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
        late: false,
        line: lineOf(tree, node)
      })
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)) {
      imports.push({ from: node.argument.literal.text, typeOnly: true, late: false, line: lineOf(tree, node) })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0] !== undefined && ts.isStringLiteral(node.arguments[0])) {
      imports.push({ from: node.arguments[0].text, typeOnly: false, late: true, line: lineOf(tree, node) })
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
