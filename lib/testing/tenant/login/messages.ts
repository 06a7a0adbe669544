import { randomInt } from 'node:crypto'

/** An e-mail or text message the tenant sent. */
export interface Message {
  to: string
  text: string
  /** The code in it. */
  code?: string
  /** The link in it. */
  link?: string
}

/** What the tenant sent, by the way it went. */
export interface Messages {
  mailbox: Message[]
  sms: Message[]
}

/** A code to type in: six digits. */
export function makeCode (): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}
