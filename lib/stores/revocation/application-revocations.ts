import type { RevocationFilter, RevocationOwner, RevocationStore } from '../../../types/stores.js'

/**
 * A revocation list that other applications may share, as one application sees it: it ends its own sessions only.
 * Entries of versions before 1.0 name no client; they end the sessions of every application, as they did.
 */
export function applicationRevocations (store: RevocationStore, clientId: string): RevocationStore {
  const owned = new WeakMap<RevocationOwner, RevocationOwner>()

  /** One object for one opened session, so that a store can remember the names it goes by. */
  function ownerHere (owner: RevocationOwner): RevocationOwner {
    let known = owned.get(owner)
    if (known === undefined) {
      known = Object.freeze({ ...owner, clientId })
      if (Object.isFrozen(owner)) owned.set(owner, known)
    }
    return known
  }

  return {
    // The id of a session is unique; it needs no client.
    revoke: (filter, revokedAt, expiresAt) =>
      store.revoke(filter.id === undefined ? ownFilter(filter, clientId) : filter, revokedAt, expiresAt),
    revokedAt: owner => store.revokedAt(ownerHere(owner))
  }
}

function ownFilter (filter: RevocationFilter, clientId: string): RevocationFilter {
  return { ...filter, clientId }
}
