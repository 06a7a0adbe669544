/**
 * `npm run fuzz -- [--seconds N] [--seed S] [--only text]`: gives each fuzzer random input for N seconds (60 unless
 * told otherwise) and all of them together 40 N at most, histories of sessions over Redis and PostgreSQL included where
 * they are installed, and prints how many inputs it tried. Fails with the smallest input that breaks a rule.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { startPostgres, withoutPostgres } from '../servers/postgres.js'
import { startRedis, withoutRedis } from '../servers/redis.js'
import { fuzzers } from './fuzzers/index.js'
import { historiesOf } from './histories/index.js'
import { overPostgres, overRedis } from './histories/modes.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: '' }
  }
})
console.log(`seed ${values.seed}`)
const redis = withoutRedis === false ? await startRedis() : undefined
const postgres = withoutPostgres === false ? await startPostgres() : undefined
const all = [...fuzzers,
  ...(redis === undefined ? [] : [historiesOf(overRedis(redis.url))]),
  ...(postgres === undefined ? [] : [historiesOf(overPostgres(postgres.connection))])]
const wanted = all.filter(({ name }) => name.includes(values.only))
for (const { close } of all.filter(one => !wanted.includes(one))) await close?.()
const seconds = Number(values.seconds) * Math.min(1, 40 / wanted.length)
let inputs = 0
for (const { name, property, close } of wanted) {
  const details = await fc.check(property, {
    seed: Number(values.seed),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false
  })
  await close?.()
  inputs += details.numRuns
  console.log(`${details.failed ? 'FAILED' : 'held'} ${String(details.numRuns).padStart(9)}  ${name}`)
  if (details.failed) {
    console.log(fc.defaultReportMessage(details), details.errorInstance)
    process.exitCode = 1
  }
}
console.log(`${inputs} inputs`)
await Promise.all([redis?.stop(), postgres?.stop()])
