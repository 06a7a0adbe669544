const MOST = 1000

/** Tokens that an upstream has refused though they were new; the oldest are forgotten. */
export class RefusedTokens {
  readonly #tokens = new Set<string>()

  has (token: string): boolean {
    return this.#tokens.has(token)
  }

  add (token: string): void {
    this.#tokens.add(token)
    if (this.#tokens.size > MOST) this.#tokens.delete(this.#tokens.values().next().value!)
  }
}
