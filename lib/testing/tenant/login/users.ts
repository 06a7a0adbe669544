import { createHash, randomBytes } from 'node:crypto'
import type { TenantAuthenticator, TenantIdentity, TenantUser } from '../options.js'

/** A user's second factor. */
export interface Authenticator extends TenantAuthenticator {
  id: string
  active: boolean
}

/** A user's passkey. */
export interface Passkey {
  id: string
  publicKey: ReturnType<Uint8Array['slice']>
  counter: number
  name: string
  createdAt: string
  transports?: string[]
}

/** A user with all that a login needs. */
export interface StoredUser extends TenantUser {
  identities: TenantIdentity[]
  authenticators: Authenticator[]
  passkeys: Passkey[]
  sub: string
  password: string
  connection: string
  updatedAt: string
}

const colours = ['#635dff', '#0a7c66', '#b4370f', '#7a3e9d', '#1f6feb']

function portrait (name: string, index: number): string {
  const initials = name.split(/\s+/u).map(part => part[0] ?? '').join('').slice(0, 2).toUpperCase()
  const svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle cx='4.5' cy='4.5' r='4.5' " +
    `fill='${colours[index % colours.length]}'/><text x='4.5' y='6' font-size='4' text-anchor='middle' ` +
    `fill='#fff'>${initials}</text></svg>`
  return `data:image/svg+xml,${svg.replace(/[<>#]/gu, encodeURIComponent)}`
}

/** Users for a tenant that was given none. */
export const demoUsers: readonly TenantUser[] = ['Ada Lovelace', 'Alan Turing', 'Grace Hopper'].map((name, index) => {
  const [givenName, familyName] = name.split(' ') as [string, string]
  return {
    name,
    givenName,
    familyName,
    nickname: givenName.toLowerCase(),
    email: `${givenName.toLowerCase()}@example.com`,
    emailVerified: true,
    picture: portrait(name, index)
  }
})

function makeSub (user: TenantUser): string {
  const seed = user.email ?? user.phoneNumber ?? user.username ?? user.name ?? ''
  return `auth0|${createHash('sha256').update(seed).digest('hex').slice(0, 24)}`
}

/** The users of a tenant. */
export class Users {
  readonly list: StoredUser[] = []
  /** Accounts that were linked to another user, by their own ids. */
  readonly linked = new Map<string, StoredUser>()
  readonly #now: () => number

  constructor (users: readonly TenantUser[], now: () => number) {
    this.#now = now
    for (const user of users) this.add(user)
  }

  /** Adds a user. */
  add (user: TenantUser): StoredUser {
    const stored: StoredUser = {
      connection: 'Username-Password-Authentication',
      password: 'password',
      ...user,
      identities: [...user.identities ?? []],
      authenticators: (user.authenticators ?? []).map(authenticator => ({
        active: true,
        ...authenticator,
        id: authenticator.id ?? `${authenticator.type}|dev_${randomBytes(8).toString('hex')}`
      })),
      passkeys: [],
      sub: user.sub ?? makeSub(user),
      updatedAt: new Date(this.#now() * 1000).toISOString()
    }
    this.list.push(stored)
    return stored
  }

  /** The user with this id. */
  bySub (sub: string | undefined): StoredUser | undefined {
    return this.list.find(user => user.sub === sub)
  }

  /** The user with this id, e-mail address, phone number or user name. */
  find (name: string): StoredUser | undefined {
    return this.list.find(user => isNamed(user, name))
  }

  /** The same of an account that may be linked to another user. */
  account (name: string): StoredUser | undefined {
    return this.find(name) ?? [...this.linked.values()].find(user => isNamed(user, name))
  }

  /** Whose account it is: its own, or that of the user it was linked to. */
  owner (account: StoredUser): StoredUser | undefined {
    if (this.list.includes(account)) return account
    return this.list.find(({ identities }) =>
      identities.some(({ userId, connection, provider = connection }) => `${provider}|${userId}` === account.sub))
  }
}

function isNamed (user: StoredUser, name: string): boolean {
  const lower = name.toLowerCase()
  return user.sub === name || user.phoneNumber === name || user.email?.toLowerCase() === lower ||
    user.username?.toLowerCase() === lower
}

/** A user's profile: Auth0's names, and the tenant's own. */
export const profileFields = {
  email: 'email',
  phone_number: 'phoneNumber',
  username: 'username',
  name: 'name',
  given_name: 'givenName',
  family_name: 'familyName',
  nickname: 'nickname',
  picture: 'picture'
} as const

/** The profile that somebody signs up with. */
export function readProfile (given: Readonly<Record<string, unknown>>): Record<string, string> {
  const known = Object.entries(profileFields).filter(([name]) => typeof given[name] === 'string')
  return Object.fromEntries(known.map(([name, property]) => [property, given[name] as string]))
}

/** A user's claims, as Auth0 names them. */
export function profileClaims (user: StoredUser): Record<string, unknown> {
  const name = user.name ?? user.email ?? user.phoneNumber
  const claims = {
    sub: user.sub,
    name,
    given_name: user.givenName,
    family_name: user.familyName,
    nickname: user.nickname ?? user.email?.split('@')[0],
    picture: user.picture ?? portrait(name ?? '', user.sub.length),
    updated_at: user.updatedAt,
    email: user.email,
    email_verified: user.email === undefined ? undefined : user.emailVerified ?? true,
    phone_number: user.phoneNumber,
    phone_number_verified: user.phoneNumber === undefined ? undefined : true
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
