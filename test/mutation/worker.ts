/** Runs the test file `TEST` in this process, once for each message `{ mutant }`; `-1` stands for none. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Outcome } from './try-mutants.js'
import { begin, type Run } from './quick-tap.js'

/** Milliseconds that a failed run has to close its servers. */
const CLEANUP = 1000

const url = pathToFileURL(process.env.TEST!).href
let active = -1
let reached = new Set<number>()
let run: Run | undefined
let uncaught = false
let runs = 0

Object.assign(globalThis, {
  mutant (id: number): boolean {
    reached.add(id)
    return id === active
  }
})

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, error => {
    // Whoever else listens deals with it.
    if (process.listenerCount(event) > 1) return
    uncaught = true
    run?.fail(error)
  })
}

process.on('message', ({ mutant }: { mutant: number }) => {
  void once(mutant).then(outcome => { process.send!(outcome) })
})

async function once (mutant: number): Promise<Outcome> {
  active = mutant
  process.env.MUTANT = String(mutant)
  reached = new Set()
  uncaught = false
  const begun = performance.now()
  const current = run = begin()
  try {
    runs++
    await Promise.race([current.failure, (async () => {
      await import(`${url}?run=${runs}`)
      await current.root.finish()
    })()])
  } catch (error) {
    current.fail(error)
  }
  // Errors that nobody catches are reported after the promises.
  await new Promise(resolve => setImmediate(resolve))
  const seconds = (performance.now() - begun) / 1000
  active = -1
  // A failed run has failed, whatever becomes of its servers.
  const closing = [...current.teardowns].reverse().map(async close => { await close() })
  if (closing.length > 0) await Promise.race([Promise.allSettled(closing), sleep(CLEANUP)])
  return { failed: current.failed?.message, uncaught, reached: [...reached], seconds }
}
