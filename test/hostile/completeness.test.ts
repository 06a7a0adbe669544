import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

interface Case {
  id: string
}

/** The functions of these files that make a test of a name. */
const makers = ['test', 'scenario', 'refuses', 'refusesAnswers', 'documents', 'keySets', 'goesHome', 'refusesToken',
  'denies', 'organizationCase', 'pushedAnswers']
// A long name is a sum of texts.
const calls = new RegExp(`\\b(?:${makers.join('|')}) ?\\(\\s*((?:['"\`].*?['"\`](?:,| \\+\\s*))+)`, 'g')
const here = new URL('./', import.meta.url)
const cases = JSON.parse(readFileSync(new URL('rp-cases.json', here), 'utf8')) as Case[]

/** The ids that stand in the names of tests. */
function covered (): Map<string, string[]> {
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

t.test('every case of the list has a test that carries its id', async t => {
  const ids = covered()
  t.strictSame(cases.filter(({ id }) => !ids.has(id)).map(({ id }) => id), [], 'no case is left out')
})

t.test("every id in a test's name is one of the list", async t => {
  const known = new Set(cases.map(({ id }) => id))
  for (const [id, files] of covered()) if (!known.has(id)) t.fail(`${files.join(', ')}: ${id} is not in the list`)
  t.equal(known.size, cases.length, 'no id twice')
})
