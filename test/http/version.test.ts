import { readFileSync } from 'node:fs'
import t from 'tap'
import { version } from '../../lib/http/version.js'

t.test("the version is the package's", async t => {
  t.equal(version,
    (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version)
})
