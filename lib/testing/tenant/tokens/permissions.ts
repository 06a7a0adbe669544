import type { TenantContext } from '../engine/context.js'
import type { StoredUser } from '../login/users.js'

/** A user's permissions for an API: the user's own, and those of roles, which may count in one organization only. */
export function permissionsFor (tenant: TenantContext, user: StoredUser, audience: string,
  organization: string | undefined): string[] {
  const byRoles = tenant.permissionSources.flatMap(source => source(user, audience, organization))
  return [...new Set([...user.permissions?.[audience] ?? [], ...byRoles])]
}
