import { join } from 'node:path'
import { defineConfig } from 'rolldown'

/** The entry points of the package. */
const entries = ['', 'authentication/', 'management/', 'otel/', 'stores/', 'testing/']
  .map(folder => `lib/${folder}index`)

/** What is loaded together, where that is not one entry point. */
const roots = {
  plugin: ['index'],
  authentication: ['authentication/index', 'authentication/client-methods'],
  // By the first call of an AuthenticationClient.
  operations: ['authentication/client-methods'],
  // By `register`.
  managementClient: ['management/client'],
  // When a server listens, for the first login.
  login: ['flows/login/login', 'flows/login/complete-login', 'flows/logout/logout', 'flows/tokens/renew-access-token',
    'plugin/routes/answer-callback', 'plugin/routes/answer-login']
}

/**
 * Each file costs a start half a millisecond, however small it is: so what the plugin loads at once lies in four
 * files, each with what the entry points beside it load as well, and what it loads for the first login in two. A module
 * is in the first file that wants it; what only another `import()` reaches stays in files of its own.
 */
const files = [
  { file: 'base', loads: 'plugin', beside: ['management'] },
  // Not in the file before: the stores load node:crypto, which costs who has no Fastify 7 ms.
  { file: 'stores', loads: 'plugin', beside: ['stores', 'otel'] },
  { file: 'authentication', loads: 'plugin', beside: ['authentication'] },
  { file: 'plugin', loads: 'plugin' },
  { file: 'tokens', loads: 'login', beside: ['authentication', 'management', 'stores'] },
  { file: 'login', loads: 'login' },
  { file: 'operations', loads: 'operations' },
  { file: 'management', loads: 'managementClient' }
]

const closures = new Map()

/** Whether an entry point, or one of the roots, loads a module when it is imported. */
function isLoadedBy (who, id, context) {
  if (!closures.has(who)) {
    const found = new Set()
    for (const root of roots[who] ?? [`${who}/index`]) closureOf(join(import.meta.dirname, 'lib', `${root}.ts`), context, found)
    closures.set(who, found)
  }
  return closures.get(who).has(id)
}

function closureOf (id, context, found) {
  if (found.has(id)) return
  found.add(id)
  for (const imported of context.getModuleInfo(id)?.importedIds ?? []) closureOf(imported, context, found)
}

const groups = files.map(({ file, loads, beside }, index) => ({
  name: (id, context) => {
    const isShared = isLoadedBy(loads, id, context) &&
      (beside === undefined || beside.some(entry => isLoadedBy(entry, id, context)))
    return isShared && !context.getModuleInfo(id).isEntry ? file : null
  },
  debugName: file,
  // The greatest comes first; 0 would be no priority at all.
  priority: files.length - index
}))

/**
 * Node keeps a text of ASCII with one byte for each character, and any other with two: half a millisecond of each start,
 * for an ellipsis in a message.
 */
const ascii = {
  name: 'ascii',
  // After the last printing, which would write the characters again.
  generateBundle (_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      chunk.code = chunk.code.replace(/[^\0-\x7f]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    }
  }
}

/**
 * An `import` of a module of Node reads all of its names, and many of them load something at that moment: 3 ms of each
 * start. `process.getBuiltinModule()` gives the module and reads nothing.
 */
const builtins = {
  name: 'builtins',
  renderChunk: code => ({
    code: code
      .replace(/^import \{([^}]+)\} from "(node:[^"]+)";$/gm, (_, names, module) =>
        `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${module}");`)
      .replace(/^import (\w+) from "(node:[^"]+)";$/gm, 'const $1 = process.getBuiltinModule("$2");')
  })
}

export default defineConfig({
  input: Object.fromEntries(entries.map(entry => [entry, `${entry}.ts`])),
  platform: 'node',
  plugins: [builtins, ascii],
  external: /^(?![./]|lib\/)/,
  resolve: { extensionAlias: { '.js': ['.ts'] } },
  treeshake: { moduleSideEffects: false },
  output: {
    dir: 'dist',
    cleanDir: false,
    entryFileNames: '[name].js',
    chunkFileNames: 'lib/chunks/[name]-[hash].js',
    comments: { annotation: true, jsdoc: false, legal: false },
    codeSplitting: { groups }
  }
})
