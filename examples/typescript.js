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
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Node runs loader hooks in a thread of their own and loads this file there once more.
if (isMainThread) register(import.meta.url)

/** What was compiled before, by the hash of name and text. */
const cache = new URL('../node_modules/.cache/without-types/', import.meta.url)

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
  const source = await withoutTypes(text, fileURLToPath(url))
  // Renamed into place: another process may be reading it.
  const unfinished = new URL(`${compiled}.${process.pid}`)
  mkdirSync(cache, { recursive: true })
  writeFileSync(unfinished, source)
  renameSync(unfinished, compiled)
  return { format: 'module', source, shortCircuit: true }
}

/** Blanks stand where the types were, so that every line and column is that of the file. */
async function withoutTypes (text, fileName) {
  const { default: blank } = await import('ts-blank-space')
  return blank(text, ({ kind, pos }) => {
    const line = text.slice(0, pos).split('\n').length
    throw new SyntaxError(`${fileName}:${line}: this TypeScript is not only types (syntax kind ${kind}).`)
  })
}
