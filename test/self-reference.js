/**
 * The examples import `fastify-auth0` as an application would, which is the built package in `dist/`.
 * After `import './self-reference.js'` the name means the sources in `lib/`, so that tests run (and cover) what is
 * being worked on.
 */
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const lib = new URL('../lib/', import.meta.url)

if (isMainThread) register(import.meta.url)

/** @type {import('node:module').ResolveHook} */
export async function resolve (specifier, context, nextResolve) {
  const [name, entry] = specifier.split('/')
  if (name !== 'fastify-auth0') return nextResolve(specifier, context)
  // The parent is a TypeScript file: the loader that is next knows that its `.js` are `.ts`.
  return nextResolve(`./${entry === undefined ? '' : `${entry}/`}index.js`, {
    ...context,
    parentURL: new URL('index.ts', lib).href
  })
}
