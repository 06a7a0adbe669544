import fc from 'fast-check'
import t from 'tap'
import { fuzzers } from './fuzzers/index.js'

/** Inputs for each fuzzer: for all of them together they take about two seconds. */
const RUNS = 100

for (const { name, property, runs = RUNS, close } of fuzzers) {
  t.test(name, async t => {
    t.teardown(async () => { await close?.() })
    const details = await fc.check(property, { numRuns: runs })
    t.notOk(details.failed, fc.defaultReportMessage(details) ?? `${runs} inputs`)
  })
}
