/** Seconds between two looks at the session, which tell of an end that came from elsewhere. */
const LOOK_EVERY = 30

/** What this page knows of the session. Its events: `change` when it begins, ends or is another user's; `tick`. */
export class Session extends EventTarget {
  #answer = undefined
  #endsAt = 0
  #lookedAt = 0

  /** The session's user; `undefined` without a session. */
  get user () {
    return this.#answer?.user
  }

  get loginUrl () {
    return this.#answer?.loginUrl ?? '/auth/login'
  }

  get secondsLeft () {
    return this.user === undefined ? 0 : Math.max(0, Math.ceil((this.#endsAt - Date.now()) / 1000))
  }

  /** Looks again from now on: regularly, when somebody comes back to this tab, and when the time is up. */
  watch () {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.look()
    })
    window.addEventListener('pageshow', ({ persisted }) => {
      if (persisted) this.look()
    })
    setInterval(() => {
      const due = Date.now() - this.#lookedAt >= LOOK_EVERY * 1000
      if (this.user !== undefined && (this.secondsLeft === 0 || due)) this.look()
      this.dispatchEvent(new Event('tick'))
    }, 1000)
  }

  /**
   * Asks the server. Without `touch` the question prolongs nothing, so that a tab that nobody looks at keeps nobody
   * logged in.
   */
  async look ({ touch = false } = {}) {
    this.#lookedAt = Date.now()
    const response = await fetch(`/auth/session?touch=${touch}`).catch(() => undefined)
    // Who is offline is not logged out: the next look tells.
    if (response === undefined || !response.ok) return
    this.#take(await response.json())
  }

  /** Ends the session here, and at Auth0; resolves to the address that the browser must go to. */
  async end () {
    const response = await fetch(this.#answer.logoutUrl, { method: 'POST', headers: { accept: 'application/json' } })
    if (!response.ok) throw new Error('The logout did not work. Please try again.')
    const { logoutUrl } = await response.json()
    return logoutUrl
  }

  /** The session was ended by this page, or by another tab. */
  forget () {
    this.#take({ authenticated: false, loginUrl: this.loginUrl })
  }

  #take (answer) {
    const before = this.#answer
    this.#answer = answer
    this.#endsAt = Date.now() + (answer.expiresIn ?? 0) * 1000
    if (before === undefined || before.user?.sub !== answer.user?.sub) this.dispatchEvent(new Event('change'))
  }
}
