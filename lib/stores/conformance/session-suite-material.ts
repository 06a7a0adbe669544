import { randomBytes } from 'node:crypto'
import type { SessionEntry, SessionOwner, SessionStore } from '../../../types/stores.js'

/** The clock a suite runs by. */
interface SuiteClock {
  now: () => number
  /** Lets so many moments pass. */
  wait: (moments: number) => Promise<void>
  /** Seconds: short where it is really waited for, else longer than the slowest machine needs for a step. */
  moment: number
}

/** One requirement: rejects where the store does not meet it. */
export type Check = (store: SessionStore, clock: SuiteClock) => Promise<void>

/** Adds one requirement to a suite. */
export type Requirement = (name: string, check: Check) => void

/** Seconds the entries of a suite live. */
export const LIFE = 3600

export function random (): string {
  return randomBytes(24).toString('base64url')
}

/** A key and an entry of a session that began at `createdAt`. */
export function session (createdAt: number, owner: Partial<SessionOwner> = {}): [key: string, entry: SessionEntry] {
  return [random(), {
    value: random(),
    version: 1,
    owner: { iss: random(), sub: random(), ...owner },
    createdAt,
    expiresAt: createdAt + LIFE
  }]
}

export async function keep (store: SessionStore, createdAt: number, ...owners: SessionOwner[]): Promise<string[]> {
  return await Promise.all(owners.map(async owner => {
    const [key, entry] = session(createdAt, owner)
    await store.create(key, entry)
    return key
  }))
}

export async function alive (store: SessionStore, keys: string[]): Promise<boolean[]> {
  return await Promise.all(keys.map(async key => await store.get(key) !== undefined))
}
