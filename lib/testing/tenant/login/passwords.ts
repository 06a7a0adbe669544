import type { TenantContext } from '../engine/context.js'
import { perTenant } from '../engine/per-tenant.js'
import type { StoredUser } from './users.js'

/** Wrong passwords in a row that block a user: Auth0's default of brute-force protection. */
const maxFailures = 10
const failuresOf = perTenant(() => new Map<string, number>())

/** What a user is told who is blocked so. */
export const blockedMessage = 'Your account has been blocked after multiple consecutive login attempts.'

/** Whether too many wrong passwords were given for a user. */
export function isBlocked (tenant: TenantContext, { sub }: StoredUser): boolean {
  return (failuresOf(tenant).get(sub) ?? 0) >= maxFailures
}

/** Lets a user try again. */
export function unblock (tenant: TenantContext, user: StoredUser | undefined): void {
  if (user !== undefined) failuresOf(tenant).delete(user.sub)
}

/** The user of a name and a password, which may be those of a linked account; why not, otherwise. */
export function checkPassword (tenant: TenantContext, name: string, password: unknown,
  connection?: string): StoredUser | 'wrong' | 'blocked' {
  const account = tenant.users.account(name)
  const user = account && tenant.users.owner(account)
  if (account === undefined || user === undefined || (connection !== undefined && account.connection !== connection)) {
    return 'wrong'
  }
  if (isBlocked(tenant, user)) return 'blocked'
  if (account.password !== password) {
    failuresOf(tenant).set(user.sub, (failuresOf(tenant).get(user.sub) ?? 0) + 1)
    return 'wrong'
  }
  unblock(tenant, user)
  return user
}
