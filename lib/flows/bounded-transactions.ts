import { wrong } from '../stores/store-answers.js'
import { bounded, boundedSoon } from '../stores/store-deadline.js'
import type { Transaction, TransactionStore } from '../../types/stores.js'

/**
 * A store of the application's for transactions, whose calls can be watched and end in time.
 * @param timeout seconds one call may take
 */
export function boundedTransactions (store: TransactionStore, timeout: number): TransactionStore {
  return {
    set: (...args) => boundedSoon('set', timeout, () => store.set(...args), 'transaction'),
    async take (jar, state) {
      const taken = await bounded('take', timeout, () => store.take(jar, state), 'transaction')
      return ofState(taken, state)
    },
    delete: (...args) => boundedSoon('delete', timeout, () => store.delete(...args), 'transaction')
  }
}

/** A store may say `null` where it has none. @throws SessionStoreError for the transaction of another login */
function ofState (taken: Transaction | null | undefined, state: string): Transaction | undefined {
  if (taken === null || taken === undefined) return undefined
  if (taken.state === state) return taken
  throw wrong('take', 'something that is not the transaction of this "state"')
}
