import type { SessionCookieNames } from '../sessions.js'
import type { CookieAttributes, SessionData, SessionTokens } from '../../../types/stores.js'
import { chunked, headerBytes } from './chunks.js'
import { COOKIE_BUDGET, COOKIE_BUDGET_WARNING, fitTokens, weigh, type FittedTokens } from './cookie-budget.js'
import type { Warn } from './foreign-cookies.js'

/** What the last-seen cookie takes at most; it comes later, but its room is kept. */
const SEEN_RESERVE = 256
/** What the bound cookie takes at most, and what the usual key of a device adds to the claims. */
const BOUND_RESERVE = { cookie: 128, key: 272 }

interface SessionFitOptions {
  now: () => number
  audience?: string | undefined
  seal: (tokens: SessionTokens) => string
  warn: Warn
}

/** Makes a session fit into what its cookies may take, and tells once when it nears and when it exceeds that. */
export class SessionFit {
  readonly #options: SessionFitOptions
  /** What was told already: near the budget, over it. Each is told once, not at every write. */
  readonly #warned = new Set<'near' | 'over'>()

  constructor (options: SessionFitOptions) {
    this.#options = options
  }

  /** @throws SessionTooLargeError */
  fit (names: SessionCookieNames, session: SessionData, claims: string, attributes: CookieAttributes): FittedTokens {
    const { now, audience, seal, warn } = this.#options
    const forDevice = names.bound === undefined
      ? 0
      : BOUND_RESERVE.cookie + (session.record.device === undefined ? BOUND_RESERVE.key : 0)
    const fixed = SEEN_RESERVE + forDevice +
      headerBytes(chunked(names.session, claims, attributes))
    const fitted = fitTokens(
      session,
      seal,
      sealed => fixed + (sealed === '' ? 0 : headerBytes(chunked(names.tokens, sealed, attributes))),
      { audience, now: now() }
    )
    const { needed, dropped } = fitted
    const heaviness = needed > COOKIE_BUDGET ? 'over' : needed > COOKIE_BUDGET_WARNING ? 'near' : undefined
    if (heaviness !== undefined && !this.#warned.has(heaviness)) {
      this.#warned.add(heaviness)
      warn('session_cookie_large', { bytes: needed, limit: COOKIE_BUDGET, dropped, sizes: weigh(session) })
    }
    return fitted
  }
}
