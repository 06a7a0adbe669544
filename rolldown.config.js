import { join } from 'node:path'
import { defineConfig } from 'rolldown'

/** The entry points of the package. */
const entries = ['', 'authentication/', 'management/', 'otel/', 'stores/', 'testing/']
  .map(folder => `lib/${folder}index`)

/**
 * Each file costs a start half a millisecond, however small it is: so what the plugin loads at once lies in four
 * files, each with what the entry points beside it load as well. A module is in the first that wants it; what only
 * `import()` reaches stays in files of its own.
 */
const files = { base: ['management'], stores: ['stores', 'otel'], authentication: ['authentication'], plugin: [''] }

const closures = new Map()

/** Whether an entry point loads a module when it is imported. */
function isLoadedBy (folder, id, context) {
  const entry = join(import.meta.dirname, 'lib', folder, 'index.ts')
  if (!closures.has(entry)) closures.set(entry, closureOf(entry, context))
  return id !== entry && closures.get(entry).has(id)
}

function closureOf (id, context, found = new Set()) {
  if (found.has(id)) return found
  found.add(id)
  for (const imported of context.getModuleInfo(id)?.importedIds ?? []) closureOf(imported, context, found)
  return found
}

const groups = Object.entries(files).map(([file, folders], index) => ({
  name: (id, context) => {
    const isShared = isLoadedBy('', id, context) && folders.some(folder => isLoadedBy(folder, id, context))
    return isShared ? file : null
  },
  debugName: file,
  // The greatest comes first; 0 would be no priority at all.
  priority: 9 - index
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
