import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { filesOf, groups } from './groups.js'

t.test('every group has an entry in test/groups and test files', async t => {
  const entries = readdirSync(new URL('groups/', import.meta.url))
  t.strictSame(entries.sort(), Object.keys(groups).map(name => `${name}.ts`).sort())
  t.strictSame(Object.keys(groups).filter(name => filesOf(name).length === 0), [])
})

t.test('an error that nobody caught fails the test that is under way', async t => {
  const here = fileURLToPath(new URL('tap/', import.meta.url))
  const { status, stdout } = spawnSync(process.execPath, ['--import', `${here}process.js`, `${here}uncaught.js`],
    { encoding: 'utf8' })
  t.equal(status, 1)
  t.match(stdout, /not ok 1 - thrown$.*^not ok 1 - throws .*not ok 1 - rejected$.*^not ok 2 - rejects /ms)
  t.match(stdout, /not ok 1 - thrown within$.* {4}not ok 1 - inner .*^ok 4 - passes /ms)
})
