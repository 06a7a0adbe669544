import { map } from '../map.js'

/** Numbers between 0 and 1 that a seed determines, by the generator known as mulberry32. */
export function seeded (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** As many of these as asked for, each as likely as the others, in a random order. */
export function sample<T> (all: readonly T[], count: number, random: () => number): T[] {
  const rest = [...all]
  for (let i = 0; i < Math.min(count, rest.length); i++) {
    const other = i + Math.floor(random() * (rest.length - i))
    const taken = rest[other] as T
    rest[other] = rest[i] as T
    rest[i] = taken
  }
  return rest.slice(0, count)
}

/** The files that a module needs, types left out, as it names them. */
export function importsOf (text: string): string[] {
  const at = /^(?:import|export)\b(?! type\b)(?:[^'";]*?\bfrom)? '([^']+)'|\bimport\('([^']+)'\)/gm
  return [...text.matchAll(at)].map(([, from, lazily]) => from ?? lazily!)
}

/** Tests of processes, browsers, faults and examples: they execute much, take long and look at little of it. */
export function isSlow (test: string): boolean {
  return /^test\/(slow|browser|bench|package|examples|integration|fuzz)\//.test(test)
}

/** The test that `test/map.ts` names for a source; `undefined` where it names none. */
function namedFor (source: string): string | undefined {
  const parts = source.replace(/^lib\//, '').split('/')
  const test = map[parts.slice(0, -1).join('/') || '.']?.[parts.at(-1)!]
  return test === undefined ? undefined : `test/${test}`
}

/** Test files: the one that `test/map.ts` names first, then those most like the source's path. Slow kinds come last. */
export function nearestFirst (source: string, tests: readonly string[]): string[] {
  const wanted = source.replace(/^lib\//, '').replace(/\.ts$/, '').split('/')
  const named = namedFor(source)
  const near = (test: string) => {
    if (test === named) return 99
    if (isSlow(test)) return -1
    const path = test.replace(/^test\//, '').replace(/\.test\.ts$/, '').split('/')
    const folders = wanted.slice(0, -1)
    const shared = folders.findIndex((folder, i) => folder !== path[i])
    return (shared === -1 ? folders.length : shared) * 2 + (path.at(-1) === wanted.at(-1) ? 1 : 0)
  }
  return [...tests].sort((one, other) => near(other) - near(one))
}
