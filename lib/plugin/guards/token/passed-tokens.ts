import type { VerifiedToken } from '../../../flows/api/verified-tokens.js'

/** Bearer tokens that have met a guard's demands, and until when: nothing but time can change that. */
export class PassedTokens {
  /** Those that another guard has let pass before. */
  readonly #others = new WeakMap<VerifiedToken, number>()

  /** @param until epoch seconds */
  add (verified: VerifiedToken, until: number): void {
    verified.passedBy ??= this
    if (verified.passedBy === this) verified.passedUntil = until
    else this.#others.set(verified, until)
  }

  /** Epoch seconds until which a token passes without being checked again. */
  until (verified: VerifiedToken): number {
    return verified.passedBy === this ? verified.passedUntil : this.#others.get(verified) ?? 0
  }
}
