/**
 * Starts a TypeScript example on any supported Node:
 *
 *     node --import ./examples/typescript.js examples/quickstart/server.ts
 *
 * It answers two questions of Node's module loader: where `./x.js` is when only `./x.ts` exists,
 * and what a `.ts` file says without its types. It checks no types; `npm run typecheck` does.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire, register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Node runs loader hooks in a thread of their own and loads this file there once more.
if (isMainThread) register(import.meta.url)

/** @type {typeof import('typescript') | undefined} */
let ts

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
  // Not import(): Node would scan nine megabytes of CommonJS for export names first.
  ts ??= createRequire(import.meta.url)('typescript')
  const fileName = fileURLToPath(url)
  const { outputText } = ts.transpileModule(await readFile(fileName, 'utf8'), {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      inlineSourceMap: true
    }
  })
  return { format: 'module', source: outputText, shortCircuit: true }
}
