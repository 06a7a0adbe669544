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

/**
 * Whether a dispatcher is an `Agent` of undici, with or without options. Bundlers rename classes and functions, so that
 * only the descriptions of symbols say what it is.
 */
export function isAgent (dispatcher: Dispatcher): boolean {
  return symbolOf(dispatcher, 'factory') !== undefined &&
    symbolOf(Object.getPrototypeOf(dispatcher) as object, 'dispatch') !== undefined
}

/** Whether a dispatcher is what `new Agent()` makes: no other class, no options, nothing composed around it. */
function isDefault (dispatcher: Dispatcher): boolean {
  // Of undici 8 and Node 26, for older versions: it stands for the one under the newer key, which was looked at before.
  if ('wrapHandler' in dispatcher.constructor) return true
  const prototype = Object.getPrototypeOf(dispatcher) as Dispatcher
  if (!isAgent(dispatcher) || dispatcher.dispatch !== prototype.dispatch) return false
  const options = valueOf(dispatcher, 'options')
  return valueOf(dispatcher, 'factory') === valueOf(new (dispatcher.constructor as new () => object)(), 'factory') &&
    Object.values(options ?? {}).every(option => option === undefined || option === Infinity)
}

function symbolOf (object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find(symbol => symbol.description === description)
}

function valueOf (object: object, description: string): unknown {
  const symbol = symbolOf(object, description)
  return symbol && (object as Record<symbol, unknown>)[symbol]
}
