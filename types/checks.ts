/** One thing that `fastify.auth0.check()` has tried. */
export interface Check {
  /** `metadata`, `keys`, `sessionStore`, `transactionStore`, `revocationStore` or `refreshStore`. */
  name: string
  ok: boolean
  /** Milliseconds it took. */
  ms: number
  /** What went wrong and what to do about it. Never a secret. */
  error?: string
}

/** What `fastify.auth0.check()` answers. */
export interface CheckResult {
  /** Whether all checks are. */
  ok: boolean
  checks: Check[]
}
