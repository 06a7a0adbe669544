import { readFileSync } from 'node:fs'
import t from 'tap'
import { version } from '../../lib/http/version.js'

t.test("the version is the package's, the lock file's and the changelog's newest", async t => {
  const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
  const lock = JSON.parse(read('package-lock.json')) as { version: string, packages: { '': { version: string } } }
  t.equal(version, (JSON.parse(read('package.json')) as { version: string }).version)
  t.equal(version, lock.version)
  t.equal(version, lock.packages[''].version)
  t.equal(version, /^## (\S+)/m.exec(read('CHANGELOG.md'))?.[1])
})
