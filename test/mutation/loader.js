/**
 * Puts a mutant into its file while Node loads it: nothing on the disk changes, so several can be tried at once.
 * `MUTANT` is JSON: `{ url, file }`, the source's URL and a file with the mutated source, without its types.
 */
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const mutant = process.env.MUTANT === undefined ? undefined : JSON.parse(process.env.MUTANT)
if (isMainThread && mutant !== undefined) register(import.meta.url)

/** @type {import('node:module').LoadHook} */
export async function load (url, context, nextLoad) {
  if (url !== mutant?.url) return nextLoad(url, context)
  return { format: 'module', source: readFileSync(mutant.file, 'utf8'), shortCircuit: true }
}
