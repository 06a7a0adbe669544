import type { RefreshStore, RevocationStore } from '../../../types/stores.js'

/** What a refresh store can do. */
export const REFRESH_STORE = ['get', 'set', 'lock'] as const

/** A revocation store that can keep shared refreshes, too, does so. */
export function refreshStoreIn (store: RevocationStore | undefined): RefreshStore | undefined {
  const methods = store as Partial<RefreshStore> | undefined
  return REFRESH_STORE.every(name => typeof methods?.[name] === 'function') ? methods as RefreshStore : undefined
}
