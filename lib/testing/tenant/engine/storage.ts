import type { Adapter, AdapterPayload } from 'oidc-provider'

const pruneEvery = 500

/** All that the engine remembers, in memory. */
export class Storage {
  readonly #models = new Map<string, Map<string, AdapterPayload>>()
  readonly #now: () => number
  readonly #client: (id: string) => AdapterPayload | undefined
  #writes = 0

  constructor (options: { now: () => number, client: (id: string) => AdapterPayload | undefined }) {
    this.#now = options.now
    this.#client = options.client
  }

  #of (model: string): Map<string, AdapterPayload> {
    let entries = this.#models.get(model)
    if (entries === undefined) this.#models.set(model, entries = new Map())
    return entries
  }

  /** Every stored thing of one kind. */
  all (model: string): AdapterPayload[] {
    return [...this.#of(model).values()]
  }

  #prune (): void {
    const now = this.#now()
    for (const entries of this.#models.values()) {
      for (const [id, payload] of entries) if (payload.exp !== undefined && payload.exp + 60 < now) entries.delete(id)
    }
  }

  #revokeGrant (model: string, grantId: string): void {
    const entries = this.#of(model)
    for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id)
  }

  /** The engine's view of one kind of thing. */
  adapter (model: string): Adapter {
    const entries = this.#of(model)
    const first = (matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined =>
      this.all(model).find(matches)
    return {
      find: async id => model === 'Client' ? this.#client(id) : entries.get(id),
      findByUid: async uid => first(payload => payload.uid === uid),
      findByUserCode: async userCode => first(payload => payload.userCode === userCode),
      upsert: async (id, payload) => {
        entries.set(id, payload)
        if (++this.#writes % pruneEvery === 0) this.#prune()
      },
      consume: async id => {
        const payload = entries.get(id)
        if (payload !== undefined) payload.consumed = Math.floor(this.#now())
      },
      destroy: async id => {
        entries.delete(id)
      },
      revokeByGrantId: async grantId => {
        this.#revokeGrant(model, grantId)
      }
    }
  }
}
