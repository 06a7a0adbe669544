import { trace, traceChannel } from '../base/trace.js'
import type { TransactionStore } from '../../types/stores.js'

const calls = traceChannel('store')

/** A store of the application's for transactions, whose calls can be watched. */
export function tracedTransactions (store: TransactionStore): TransactionStore {
  const traced = <T>(operation: 'set' | 'take' | 'delete', work: () => T): T =>
    calls.hasSubscribers ? trace(calls, { store: 'transaction', operation }, work) : work()
  return {
    set: (...args) => traced('set', () => store.set(...args)),
    // It may say `null` where it has none.
    take: async (...args) => await traced('take', () => store.take(...args)) ?? undefined,
    delete: (...args) => traced('delete', () => store.delete(...args))
  }
}
