/**
 * Makes `tap build` cheap; for `NODE_OPTIONS=--import`. Tap compiles the one file it writes with tshy, twice and with all
 * checks, as ESM and as CommonJS. The tests are ESM and tap's own types are not in question: here that file only loses
 * its types.
 */
import childProcess from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

const { spawnSync } = childProcess

childProcess.spawnSync = (command, args, options) => {
  if (!/[\\/]tshy[\\/]/.test(args?.[0])) return spawnSync(command, args, options)
  const ts = createRequire(import.meta.url)('typescript')
  const source = readFileSync(join(options.cwd, 'src/index.ts'), 'utf8')
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
  writeFileSync(join(options.cwd, 'dist/esm/index.js'), ts.transpileModule(source, { compilerOptions }).outputText)
  return { status: 0, signal: null }
}
syncBuiltinESMExports()
