/** What was made of one Cookie header, by who made it. */
export type MadeOfHeader = Map<object, unknown>

/**
 * Headers that are remembered at most, a power of two: those of browsers that send several requests at a time. More
 * would not stay near the processor, and to fetch a header from far costs more than to look into the new one.
 */
const MOST_HEADERS = 256

/**
 * Remembers what was made of Cookie headers that come again. Every header has one place, which the latest one takes;
 * it is remembered from the second time on, as many come once only.
 */
export class HeaderMemory {
  readonly #keys = new Int32Array(MOST_HEADERS)
  readonly #headers: (string | undefined)[] = Array.from({ length: MOST_HEADERS })
  readonly #made: (MadeOfHeader | undefined)[] = Array.from({ length: MOST_HEADERS })

  /** What was made of the same header before; empty the second time, `undefined` the first time. */
  of (header: string): MadeOfHeader | undefined {
    const key = keyOf(header)
    const place = key & (MOST_HEADERS - 1)
    const known = this.#headers[place]
    if (this.#keys[place] !== key) {
      this.#keys[place] = key
      if (known !== undefined) this.#headers[place] = this.#made[place] = undefined
      return undefined
    }
    // The whole header must be equal: what it opens belongs to who has all of it.
    if (known === header) return this.#made[place]
    this.#headers[place] = header
    return (this.#made[place] = new Map())
  }
}

/** A number of characters from all over the header. Those of sealed cookies are as good as random. */
function keyOf (header: string): number {
  const step = header.length >> 3
  return (header.charCodeAt(step) << 24) ^ (header.charCodeAt(2 * step) << 20) ^ (header.charCodeAt(3 * step) << 16) ^
    (header.charCodeAt(4 * step) << 12) ^ (header.charCodeAt(5 * step) << 8) ^ (header.charCodeAt(6 * step) << 4) ^
    header.charCodeAt(7 * step)
}
