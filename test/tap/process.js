/**
 * Prepares every process that runs tests: puts `domains.js` into the place of tap's `async-hook-domain`, and keys that
 * were made before into the place of new ones.
 */
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Node runs loader hooks in a thread of their own and loads this file there once more.
if (isMainThread) {
  register(import.meta.url)
  await import('./keys.js')
}

/** @type {import('node:module').ResolveHook} */
export function resolve (specifier, context, nextResolve) {
  if (specifier !== 'async-hook-domain') return nextResolve(specifier, context)
  return { url: new URL('domains.js', import.meta.url).href, format: 'module', shortCircuit: true }
}
