const stores = new WeakSet<object>()

/** Notes that a store keeps its entries in this process only. */
export function noteInMemory (store: object): void {
  stores.add(store)
}

/** Whether a store is known to keep its entries in this process only. Asking loads none of them. */
export function isInMemory (store: unknown): boolean {
  return typeof store === 'object' && store !== null && stores.has(store)
}
