/**
 * Starts a TypeScript example on any supported Node:
 *
 *     node --import ./examples/typescript.js examples/quickstart/server.ts
 *
 * It answers two questions of Node's module loader: where `./x.js` is when only `./x.ts` exists,
 * and what a `.ts` file says without its types. It checks no types; `npm run typecheck` does.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Node runs loader hooks in a thread of their own and loads this file there once more.
if (isMainThread) register(import.meta.url)

/** @type {typeof import('typescript') | undefined} */
let ts

/** What was compiled before, by the hash of name and text. */
const cache = new URL('../node_modules/.cache/typescript/', import.meta.url)

/** @type {import('node:module').ResolveHook} */
export async function resolve (specifier, context, nextResolve) {
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
    if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true }
  }
  return nextResolve(specifier, context)
}

/** @type {import('node:module').LoadHook} */
export async function load (url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/')) return nextLoad(url, context)
  const text = readFileSync(new URL(url), 'utf8')
  const compiled = new URL(`${createHash('sha256').update(url).update(text).digest('hex')}.js`, cache)
  if (existsSync(compiled)) return { format: 'module', source: readFileSync(compiled, 'utf8'), shortCircuit: true }
  const source = withoutTypes(text, fileURLToPath(url))
  // Renamed into place: another process may be reading it.
  const unfinished = new URL(`${compiled}.${process.pid}`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(unfinished, source)
  renameSync(unfinished, compiled)
  return { format: 'module', source, shortCircuit: true }
}

function withoutTypes (text, fileName) {
  // Not import(): Node would scan nine megabytes of CommonJS for export names first.
  ts ??= createRequire(import.meta.url)('typescript')
  return ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      inlineSourceMap: true
    }
  }).outputText
}
