import { randomBytes } from 'node:crypto'
import type { LoginFacts } from '../engine/records.js'

/** Somebody who has proved elsewhere who they are. */
interface OneTimeLogin {
  sub: string
  expiresAt: number
  facts?: Partial<LoginFacts>
  /** The only IP address that may use it. */
  address?: string
  used: boolean
}

/** Tokens that log in once, without the login page. */
export class OneTimeLogins {
  readonly #logins = new Map<string, OneTimeLogin>()

  /** Makes a token. */
  add (prefix: string, login: Omit<OneTimeLogin, 'used'>): string {
    const token = `${prefix}${randomBytes(24).toString('base64url')}`
    this.#logins.set(token, { ...login, used: false })
    return token
  }

  /** The login behind a request's token, used or not. */
  of (params: Record<string, unknown>): OneTimeLogin | undefined {
    return this.#logins.get(String(params.session_transfer_token ?? params.login_ticket))
  }
}

/** Whether the token of a request still logs in, from this address where one is given. */
export function isFresh (login: OneTimeLogin | undefined, now: number, address?: string): login is OneTimeLogin {
  return login !== undefined && !login.used && login.expiresAt > now &&
    (address === undefined || login.address === undefined || login.address === address)
}
