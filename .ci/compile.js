/**
 * Takes the types out of all sources, so that tests find them in the cache of the examples' loader. Otherwise each
 * process of the tests loads the compiler for the few files that only it needs.
 */
import { readdirSync } from 'node:fs'
import { load } from '../examples/typescript.js'

const root = new URL('../', import.meta.url)

for (const folder of ['lib', 'test', 'examples']) {
  for (const path of readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })) {
    // The consumers of the package are only type-checked.
    if (!path.endsWith('.ts') || path.startsWith('package')) continue
    await load(new URL(`${folder}/${path}`, root).href)
  }
}
