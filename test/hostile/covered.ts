import { readdirSync, readFileSync } from 'node:fs'

/** A case of `rp-cases.json`. */
export interface Case {
  id: string
  /** The modules of the OpenID conformance suite for clients that try the same. */
  oidf?: string[]
}

/** The functions of these files that make a test of a name. */
const makers = ['test', 'scenario', 'refuses', 'refusesAnswers', 'documents', 'keySets', 'goesHome', 'refusesToken',
  'denies', 'organizationCase', 'pushedAnswers']
// A long name is a sum of texts.
const calls = new RegExp(`\\b(?:${makers.join('|')}) ?\\(\\s*((?:['"\`].*?['"\`](?:,| \\+\\s*))+)`, 'g')
const here = new URL('./', import.meta.url)

export const cases = JSON.parse(readFileSync(new URL('rp-cases.json', here), 'utf8')) as Case[]

/** The ids that stand in the names of tests, and the files of those tests. */
export function covered (): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const file of readdirSync(here).filter(name => name.endsWith('.test.ts'))) {
    const source = readFileSync(new URL(file, here), 'utf8')
    for (const [, name = ''] of source.matchAll(calls)) {
      for (const [id] of name.matchAll(/\b[A-Z]{2,4}-\d{2}\b/g)) found.set(id, [...found.get(id) ?? [], file])
    }
    for (const [, id = ''] of source.matchAll(/\['([A-Z]{2,4}-\d{2})[' ]/g)) {
      found.set(id, [...found.get(id) ?? [], file])
    }
  }
  return found
}
