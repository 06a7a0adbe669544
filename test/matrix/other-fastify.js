/**
 * Loads another version of Fastify wherever the sources and the tests import it: `FASTIFY_FOLDER` is a folder whose
 * `node_modules` has it.
 */
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) register(import.meta.url)

const parentURL = pathToFileURL(join(process.env.FASTIFY_FOLDER, 'index.js')).href

/** @type {import('node:module').ResolveHook} */
export async function resolve (specifier, context, nextResolve) {
  return specifier === 'fastify' ? nextResolve(specifier, { ...context, parentURL }) : nextResolve(specifier, context)
}
