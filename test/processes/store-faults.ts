import { setTimeout as wait } from 'node:timers/promises'
import { TOKEN_LIFETIME, type Deployment } from './deployment.js'

/** Seconds a fault takes at most, and those after its end that connections need to come back. */
const LONGEST = 1.5
const RECOVERY = 2.5

const KINDS = ['kill', 'pause', 'slow', 'cut', 'stall', 'reset', 'clock', 'tenant', 'crash'] as const

export type FaultKind = typeof KINDS[number]

/** Milliseconds that a slow store stands still, and those it then works. */
const SLOW = { still: 60, working: 20 }

/** Something that was wrong for a while. Times are milliseconds of `performance.now()`. */
interface Fault {
  kind: FaultKind
  begun: number
  ended: number
}

/** What goes wrong with a deployment, one thing after the other, at random. */
export class Faults {
  readonly #deployment: Deployment
  readonly #store: 'redis' | 'postgres'
  readonly #random: () => number
  readonly #past: Fault[] = []

  constructor (deployment: Deployment, store: 'redis' | 'postgres', random: () => number) {
    this.#deployment = deployment
    this.#store = store
    this.#random = random
  }

  /** How many there were of each kind. */
  get counts (): Partial<Record<FaultKind, number>> {
    const counts: Partial<Record<FaultKind, number>> = {}
    for (const { kind } of this.#past) counts[kind] = (counts[kind] ?? 0) + 1
    return counts
  }

  /**
   * Whether a fault, or its end just before, explains that something failed between these times. A slow store explains
   * nothing: requests take longer, and succeed.
   */
  explains (begun: number, ended: number): boolean {
    return this.#past.some(fault =>
      fault.kind !== 'slow' && fault.begun <= ended && begun <= fault.ended + RECOVERY * 1000)
  }

  /** Whether a session of that time may be gone: its row, or a refresh token that could not be saved. */
  mayHaveLost (since: number): boolean {
    return this.#past.some(({ kind, ended }) =>
      kind !== 'clock' && kind !== 'slow' && ended + RECOVERY * 1000 >= since)
  }

  /**
   * Lets one thing go wrong, and waits until it is well again.
   * @param crashes whether a process of the application may be what fails
   */
  async one (crashes: boolean): Promise<void> {
    const kinds = KINDS.filter(kind => crashes || kind !== 'crash')
    const kind = kinds[Math.floor(this.#random() * kinds.length)]!
    const fault: Fault = { kind, begun: performance.now(), ended: Infinity }
    this.#past.push(fault)
    const heal = await this.#begin(kind)
    await wait((0.2 + this.#random() * (LONGEST - 0.2)) * 1000)
    await heal()
    fault.ended = performance.now()
    // A time in which nothing may fail.
    await wait((RECOVERY + 2) * 1000)
  }

  /** Returns the way to mend it. */
  async #begin (kind: FaultKind): Promise<() => unknown> {
    const server = this.#deployment.servers[this.#store]!
    const proxy = this.#deployment.proxies[this.#store]!
    switch (kind) {
      case 'kill':
        await server.kill()
        return async () => await server.restart()
      case 'pause':
        server.pause()
        return () => server.resume()
      case 'slow':
        return slow(server)
      case 'crash': {
        const at = Math.floor(this.#random() * this.#deployment.processes.length)
        await this.#deployment.crash(at)
        return async () => await this.#deployment.replace(at)
      }
      case 'cut':
        proxy.cut()
        return () => proxy.heal()
      case 'stall':
        proxy.stall()
        return () => proxy.heal()
      case 'reset':
        proxy.reset()
        return () => {}
      case 'clock':
        await this.#deployment.advance(TOKEN_LIFETIME * (0.5 + this.#random()))
        return () => {}
      case 'tenant':
        return this.#deployment.tenant.intercept(({ path }) =>
          path === '/oauth/token' ? Response.json({ error: 'temporarily_unavailable' }, { status: 503 }) : undefined
        )
    }
  }
}

/** Makes a store as slow as one on a busy disk; returns the way to mend it. */
function slow (server: { pause(): void, resume(): void }): () => Promise<void> {
  const mended = new AbortController()
  const pulses = (async () => {
    while (!mended.signal.aborted) {
      server.pause()
      await wait(SLOW.still)
      server.resume()
      await wait(SLOW.working)
    }
  })()
  return async () => {
    mended.abort()
    await pulses
  }
}
