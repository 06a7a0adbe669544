/**
 * Puts a mutant into its file while Node loads it: nothing on the disk changes, so several can be tried at once.
 * `MUTANT` is JSON: `{ url, start, end, replacement }`.
 */
import { readFileSync } from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const mutant = process.env.MUTANT === undefined ? undefined : JSON.parse(process.env.MUTANT)
if (isMainThread && mutant !== undefined) register(import.meta.url)

/** @type {import('node:module').LoadHook} */
export async function load (url, context, nextLoad) {
  if (url !== mutant?.url) return nextLoad(url, context)
  const { default: blank } = await import('ts-blank-space')
  const text = readFileSync(new URL(url), 'utf8')
  const source = blank(text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end))
  return { format: 'module', source, shortCircuit: true }
}
