import { readFileSync, writeFileSync } from 'node:fs'
import { mock } from 'node:test'
import t from 'tap'
import {
  MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, MemoryTransactionStore, refreshStoreSuite,
  revocationStoreSuite, sessionStoreSuite, transactionStoreSuite
} from '../../../lib/stores/index.js'

const BEGUN = 1_800_000_000
const file = new URL('questions.json', import.meta.url)

/** What each requirement asks of a store, call by call, as the file next to this test has it. */
type Questions = Record<string, string[]>

/** To the millisecond. */
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000

/** A store that writes down what it is asked: random texts as letters, times as their distance from now. */
function listening (store: object, now: () => number): { store: never, asked: string[] } {
  const calls: string[] = []
  const letters = new Map<string, string>()
  const letter = (text: string): string => {
    let known = letters.get(text)
    if (known === undefined) letters.set(text, known = `<${letters.size}>`)
    return known
  }
  const shown = (_: string, value: unknown): unknown => {
    if (typeof value === 'function') return 'work'
    if (typeof value === 'number' && value > 1e9) return `now + ${rounded(value - now())} s`
    if (typeof value !== 'string') return value
    if (/^[\w-]{16,128}$/.test(value)) return letter(value)
    return value.length > 60 ? `${value.slice(0, 30)}, ${value.length} in all` : value
  }
  const told = (argument: unknown): string =>
    typeof argument === 'object' && argument !== null && 'writable' in argument
      ? 'jar'
      : JSON.stringify(argument, shown) ?? 'undefined'
  const asked = new Proxy(store, {
    get (_, name: string) {
      const method = (store as Record<string, unknown>)[name]
      if (typeof method !== 'function') return method
      return (...args: unknown[]) => {
        calls.push(`${rounded(now() - BEGUN)} s: ${name}(${args.map(told).join(', ')})`)
        return (method as (...args: unknown[]) => unknown).apply(store, args)
      }
    }
  })
  return { store: asked as never, asked: calls }
}

/** The same calls one after another are one line. */
function counted (calls: readonly string[]): string[] {
  const lines: { call: string, times: number }[] = []
  for (const call of calls) {
    const pattern = call.replace(/<\d+>/g, '<>')
    if (lines.at(-1)?.call.replace(/<\d+>/g, '<>') === pattern) lines.at(-1)!.times++
    else lines.push({ call, times: 1 })
  }
  return lines.map(({ call, times }) => times === 1 ? call : `${times} times ${call}`)
}

t.test('the suites ask every store the same', async t => {
  mock.timers.enable({ apis: ['Date'], now: BEGUN * 1000 })
  t.teardown(() => { mock.timers.reset() })
  const questions: Questions = {}
  let asked: string[] = []
  const listen = (store: object, now: () => number): never => {
    const made = listening(store, now)
    asked = made.asked
    return made.store
  }
  let seconds = BEGUN
  const suites = {
    sessions: sessionStoreSuite(({ now }) => {
      const memory = new MemorySessionStore({ now })
      // How long a lock lasts and is waited for is what is asked; this one lets everybody in, and ends at once.
      const lock = async (_name: string, _how: object, work: (signal: AbortSignal) => Promise<unknown>) => {
        const controller = new AbortController()
        setImmediate(() => { controller.abort() })
        return await work(controller.signal)
      }
      return listen(Object.assign(memory, { lock }), now)
    }),
    transactions: transactionStoreSuite(({ now }) => listen(new MemoryTransactionStore({ now }), now)),
    revocations: revocationStoreSuite(() => listen(new MemoryRevocationStore(), () => BEGUN)),
    refreshes: refreshStoreSuite(() => listen(new MemoryRefreshStore({ now: () => seconds }), () => seconds),
      passed => {
        seconds += passed
        asked.push(`waits ${passed} s`)
      })
  }
  for (const [suite, cases] of Object.entries(suites)) {
    for (const { name, run } of cases) {
      seconds = BEGUN
      await run().catch(() => {})
      questions[`${suite}: ${name}`] = counted(asked)
    }
  }
  // WRITE_QUESTIONS=1 writes the file anew, where a suite is meant to ask something else.
  if (process.env.WRITE_QUESTIONS === '1') writeFileSync(file, `${JSON.stringify(questions, null, 1)}\n`)
  t.strictSame(questions, JSON.parse(readFileSync(file, 'utf8')))
})
