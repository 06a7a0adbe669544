import type { Dispatcher } from 'undici'

/** Where undici keeps the dispatcher of the process; which one depends on its version. */
const KEYS = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')]
/** The last dispatcher that was looked at and was none that the application has set. */
let ordinary: Dispatcher | undefined
/** Verdicts about dispatchers that were looked at. */
const chosen = new WeakMap<object, boolean>()

/**
 * The dispatcher that the application has set for the whole process, such as a `MockAgent` or a `ProxyAgent`;
 * `undefined` where there is only the one that undici or Node.js makes by itself.
 */
export function globalDispatcher (): Dispatcher | undefined {
  for (const key of KEYS) {
    const dispatcher = (globalThis as unknown as Record<symbol, Dispatcher | undefined>)[key]
    if (dispatcher !== undefined && dispatcher !== ordinary && isChosen(dispatcher)) return dispatcher
  }
  return undefined
}

/** A `fetch` that was looked at and is the real one. */
let real: typeof fetch | undefined

/** A `fetch` that test tools have put in place of the real one: of Vitest, Jest, node:test, msw and nock. */
export function fetchDouble (): typeof fetch | undefined {
  const current = globalThis.fetch as typeof fetch & { mock?: unknown } | undefined
  if (current === undefined || current === real) return undefined
  const patched = current.mock !== undefined ||
    Object.getOwnPropertySymbols(current).some(({ description }) => description === 'isPatchedModule')
  if (patched) return current
  real = current
  return undefined
}

function isChosen (dispatcher: Dispatcher): boolean {
  let verdict = chosen.get(dispatcher)
  if (verdict === undefined) chosen.set(dispatcher, verdict = !isDefault(dispatcher))
  if (!verdict) ordinary = dispatcher
  return verdict
}

/** Whether a dispatcher is what `new Agent()` makes: no other class, no options, nothing composed around it. */
function isDefault (dispatcher: Dispatcher): boolean {
  // Of undici 8 and Node 26, for older versions: it stands for the one under the newer key, which was looked at before.
  if (dispatcher.constructor.name === 'Dispatcher1Wrapper') return true
  const prototype = Object.getPrototypeOf(dispatcher) as Dispatcher
  if (dispatcher.constructor.name !== 'Agent' || dispatcher.dispatch !== prototype.dispatch) return false
  return Object.getOwnPropertySymbols(dispatcher).every(symbol => {
    const value = (dispatcher as unknown as Record<symbol, unknown>)[symbol]
    if (symbol.description === 'factory') return (value as { name?: string }).name === 'defaultFactory'
    return symbol.description !== 'options' ||
      Object.values(value as object).every(option => option === undefined || option === Infinity)
  })
}
