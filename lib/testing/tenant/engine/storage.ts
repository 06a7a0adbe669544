import type { Adapter, AdapterPayload } from 'oidc-provider'

const pruneEvery = 500
/** What a login leaves behind for long; the rest expires with it. */
const bounded = new Set(['Grant', 'Session'])

interface StorageOptions {
  now: () => number
  client: (id: string) => AdapterPayload | undefined
  /** How many logins are remembered. */
  maxLogins: number
  /** Told of each grant that is gone. */
  forgotten: (grantId: string) => void
}

/** All that the engine remembers, in memory. */
export class Storage {
  readonly #models = new Map<string, Map<string, AdapterPayload>>()
  readonly #options: StorageOptions
  #writes = 0

  constructor (options: StorageOptions) {
    this.#options = options
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
    const now = this.#options.now()
    for (const [model, entries] of this.#models) {
      for (const [id, payload] of entries) {
        if (payload.exp !== undefined && payload.exp + 60 < now) this.#delete(model, id)
      }
    }
  }

  #delete (model: string, id: string): void {
    this.#of(model).delete(id)
    if (model === 'Grant') this.#options.forgotten(id)
  }

  /** Forgets the oldest tenth, with all that was given for it. */
  #forgetOldest (model: string): void {
    const oldest = new Set([...this.#of(model).keys()].slice(0, Math.ceil(this.#options.maxLogins / 10)))
    for (const id of oldest) this.#delete(model, id)
    if (model !== 'Grant') return
    for (const entries of this.#models.values()) {
      for (const [id, { grantId }] of entries) if (grantId !== undefined && oldest.has(grantId)) entries.delete(id)
    }
  }

  #upsert (model: string, id: string, payload: AdapterPayload): void {
    const entries = this.#of(model)
    // What was used last is the newest.
    if (bounded.has(model)) entries.delete(id)
    entries.set(id, payload)
    if (bounded.has(model) && entries.size > this.#options.maxLogins) this.#forgetOldest(model)
    if (++this.#writes % pruneEvery === 0) this.#prune()
  }

  #first (model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const payload of this.#of(model).values()) if (matches(payload)) return payload
    return undefined
  }

  /** The engine's view of one kind of thing. */
  adapter (model: string): Adapter {
    const entries = this.#of(model)
    return {
      find: async id => model === 'Client' ? this.#options.client(id) : entries.get(id),
      findByUid: async uid => this.#first(model, payload => payload.uid === uid),
      findByUserCode: async userCode => this.#first(model, payload => payload.userCode === userCode),
      upsert: async (id, payload) => this.#upsert(model, id, payload),
      consume: async id => {
        const payload = entries.get(id)
        if (payload !== undefined) payload.consumed = Math.floor(this.#options.now())
      },
      destroy: async id => this.#delete(model, id),
      revokeByGrantId: async grantId => {
        for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id)
      }
    }
  }
}
