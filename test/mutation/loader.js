/**
 * Puts the sources with switches into the place of `lib` while Node loads it: nothing on the disk changes.
 * `MUTANTS` is a folder with `sources.json`, which names the file with the changed source, without its types, for the
 * URL of each source. `MUTANT` is the number of the mutant that is switched on, in child processes as well.
 * With `QUICK_TAP`, `quick-tap.ts` stands for tap. A query behind the name of a file makes Node load it once more.
 */
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.MUTANTS
const sources = folder === undefined ? {} : JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8'))
globalThis.mutant ??= id => id === Number(process.env.MUTANT)
if (isMainThread && folder !== undefined) register(import.meta.url)

const withoutQuery = url => url?.replace(/\?.*$/, '')

/** @type {import('node:module').ResolveHook} */
export async function resolve (specifier, context, nextResolve) {
  if (specifier === 'tap' && process.env.QUICK_TAP !== undefined) {
    return { url: new URL('quick-tap.ts', import.meta.url).href, format: 'module', shortCircuit: true }
  }
  if (specifier.startsWith('file:') && specifier.includes('?')) {
    return { url: specifier, format: 'module', shortCircuit: true }
  }
  return nextResolve(specifier, { ...context, parentURL: withoutQuery(context.parentURL) })
}

/** @type {import('node:module').LoadHook} */
export async function load (url, context, nextLoad) {
  const file = sources[url]
  if (file === undefined) return nextLoad(url.startsWith('file:') ? withoutQuery(url) : url, context)
  return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true }
}
