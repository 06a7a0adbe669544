/** Compiles the consumers' TypeScript under the settings projects have. One process: the library's own types are read once. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const ts = createRequire(import.meta.url)('typescript')

// The declarations of the language itself are not in question.
const strict = { target: 'es2022', strict: true, types: ['node'], skipDefaultLibCheck: true }

const snippets = ['management-snippets.ts', 'authentication-snippets.ts', 'account-snippets.ts']

/** The projects: what they compile, and how. */
const projects = {
  'module: nodenext, declaration: true': {
    files: ['typescript.ts', 'commonjs.cts', 'declarations.ts', ...snippets, 'app.mts'],
    options: { ...strict, module: 'nodenext', declaration: true, exactOptionalPropertyTypes: true }
  },
  'module: node16': {
    files: ['typescript.ts', ...snippets],
    options: { ...strict, module: 'node16', skipLibCheck: true }
  },
  'module: commonjs, moduleResolution: node10, declaration: true': {
    files: ['classic.ts'],
    options: {
      ...strict,
      module: 'commonjs',
      moduleResolution: 'node10',
      declaration: true,
      esModuleInterop: true,
      skipLibCheck: true
    }
  }
}

/**
 * @param {string} folder where the consumers' files and their `node_modules` are
 * @throws Error with the compiler's words when one of the projects does not compile
 */
export function compileConsumers (folder) {
  const read = new Map()
  for (const [name, { files, options }] of Object.entries(projects)) {
    const converted = ts.convertCompilerOptionsFromJson(options, folder)
    if (converted.errors.length > 0) throw new Error(`${name}: ${converted.errors[0].messageText}`)
    const host = ts.createCompilerHost(converted.options)
    host.writeFile = () => {}
    host.getCurrentDirectory = () => folder
    const getSourceFile = host.getSourceFile
    host.getSourceFile = (file, settings, ...rest) => {
      // Whether a file is ESM or CommonJS changes what it declares; a declaration of the language itself is neither.
      const kind = /[\\/]typescript[\\/]lib[\\/]lib\./.test(file) ? '' : settings.impliedNodeFormat
      const key = `${kind} ${file}`
      if (!read.has(key)) read.set(key, getSourceFile(file, settings, ...rest))
      return read.get(key)
    }
    const program = ts.createProgram({
      rootNames: files.map(file => join(folder, file)),
      options: converted.options,
      host
    })
    const emitted = program.emit()
    const problems = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics]
    if (problems.length > 0) throw new Error(`With "${name}":\n${ts.formatDiagnostics(problems, host)}`)
  }
}
