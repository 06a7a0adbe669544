import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantInvitation, TenantOrganization } from '../options.js'
import { refusal } from '../engine/refusal.js'
import type { StoredUser } from './users.js'

/** The organization with this id or name; names are lower case at Auth0. */
export function findOrganization (tenant: TenantContext, value: string): TenantOrganization | undefined {
  const name = value.normalize('NFC').toLowerCase()
  return tenant.organizations.find(organization =>
    organization.id === value || organization.name.toLowerCase() === name
  )
}

/** Whether a user belongs to an organization. */
export function isMember (organization: TenantOrganization, user: StoredUser): boolean {
  const members = organization.members ?? []
  return members.includes(user.sub) || (user.email !== undefined && members.includes(user.email))
}

/** The users who belong to an organization. */
export function membersOf ({ users }: TenantContext, { members }: TenantOrganization): StoredUser[] {
  const names = new Set(members)
  return users.list.filter(({ sub, email }) => names.has(sub) || (email !== undefined && names.has(email)))
}

function accept (tenant: TenantContext, organization: TenantOrganization, ticket: string, user: StoredUser): void {
  const matches = (invitation: TenantInvitation): boolean =>
    invitation.ticket === ticket && (invitation.email === undefined || invitation.email === user.email)
  if (!organization.invitations?.some(matches)) {
    throw refusal(tenant, 'access_denied', 'The invitation ticket was not found or was already used.', 403)
  }
  organization.invitations = organization.invitations.filter(invitation => !matches(invitation))
  organization.members = [...organization.members ?? [], user.sub]
}

function checkedOrganization (tenant: TenantContext, value: unknown): TenantOrganization {
  const organization = typeof value === 'string' ? findOrganization(tenant, value) : undefined
  if (organization === undefined) throw refusal(tenant, 'invalid_request', 'The specified organization does not exist.')
  return organization
}

/** The claims an organization brings into tokens. */
export function organizationClaims (organization: TenantOrganization): Record<string, unknown> {
  return { org_id: organization.id, org_name: organization.name.toLowerCase() }
}

/** Organizations: `organization` and `invitation`, membership, and their claims in both tokens. */
export const organizations: Feature = {
  configure: tenant => ({
    extraParams: {
      organization (_ctx, organization, client) {
        const usage = tenant.clients.get(client.clientId)?.organizationUsage
        if (organization === undefined) {
          if (usage === 'require') {
            throw refusal(tenant, 'invalid_request', 'parameter organization is required for this client')
          }
          return
        }
        if (usage === 'deny') {
          throw refusal(tenant, 'invalid_request', 'parameter organization is not allowed for this client')
        }
        checkedOrganization(tenant, organization)
      },
      invitation (ctx, invitation) {
        if (invitation !== undefined && ctx.oidc.params?.organization === undefined) {
          throw refusal(tenant, 'invalid_request', 'parameter invitation needs parameter organization')
        }
      }
    }
  }),
  install (tenant) {
    tenant.rules.push(({ user, params, facts }) => {
      if (params.organization === undefined) return
      const organization = checkedOrganization(tenant, params.organization)
      if (typeof params.invitation === 'string') accept(tenant, organization, params.invitation, user)
      if (!isMember(organization, user)) {
        throw refusal(tenant, 'access_denied', `user ${user.sub} is not part of the ${organization.id} organization`,
          403)
      }
      facts.organization = organization.id
      Object.assign(facts.idTokenClaims, organizationClaims(organization))
      Object.assign(facts.accessTokenClaims, organizationClaims(organization))
    })
  }
}
