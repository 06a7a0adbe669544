/**
 * `npm run fuzz -- [--seconds N] [--seed S] [--only text]`: gives each fuzzer random input for N seconds (60 unless
 * told otherwise), and prints how many inputs it tried. Fails with the smallest input that breaks a rule.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { fuzzers } from './fuzzers/index.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', default: '' }
  }
})
console.log(`seed ${values.seed}`)
let inputs = 0
for (const { name, property } of fuzzers.filter(({ name }) => name.includes(values.only))) {
  const details = await fc.check(property, {
    seed: Number(values.seed),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Number(values.seconds) * 1000,
    markInterruptAsFailure: false
  })
  inputs += details.numRuns
  console.log(`${details.failed ? 'FAILED' : 'held'} ${String(details.numRuns).padStart(9)}  ${name}`)
  if (details.failed) {
    console.log(fc.defaultReportMessage(details))
    process.exitCode = 1
  }
}
console.log(`${inputs} inputs`)
