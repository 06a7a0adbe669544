import { readdirSync } from 'node:fs'
import t from 'tap'
import { filesOf, groups } from './groups.js'

t.test('every group has an entry in test/groups and test files', async t => {
  const entries = readdirSync(new URL('groups/', import.meta.url))
  t.strictSame(entries.sort(), Object.keys(groups).map(name => `${name}.ts`).sort())
  t.strictSame(Object.keys(groups).filter(name => filesOf(name).length === 0), [])
})
