import type { Grant } from 'oidc-provider'
import type { TenantContext, Feature } from '../engine/context.js'
import { refusal } from '../engine/refusal.js'
import type { LoginFacts } from '../engine/records.js'
import { profileClaims } from './users.js'
import { grantedApiScopes } from '../tokens/resource-servers.js'

/** Who gets tokens for what. */
interface GrantRequest {
  clientId: string
  accountId: string
  scopes: Iterable<string>
  /** The engine's names of the APIs. */
  resources: Iterable<string>
  params: Record<string, unknown>
  /** The ID token the request showed, when the engine has checked one. */
  idTokenHint?: Record<string, unknown> | undefined
  /** Claims from elsewhere. */
  facts?: Partial<LoginFacts> | undefined
}

/** Applies the tenant's rules and makes a grant for a user and an application. */
export async function openGrant (tenant: TenantContext, request: GrantRequest): Promise<Grant> {
  const { provider } = tenant
  const client = tenant.clients.get(request.clientId)!
  const user = tenant.users.bySub(request.accountId)
  if (user === undefined) throw refusal(tenant, 'access_denied', 'The user does not exist.', 403)
  if (user.blocked) throw refusal(tenant, 'access_denied', 'user is blocked', 403)
  const facts: LoginFacts = {
    idTokenClaims: { ...user.claims, ...request.facts?.idTokenClaims },
    accessTokenClaims: { ...user.accessTokenClaims, ...request.facts?.accessTokenClaims },
    showsAuthTime: request.facts?.showsAuthTime ?? false,
    delegated: request.facts?.delegated ?? false
  }
  for (const rule of tenant.rules) {
    await rule({ client, user, params: request.params, facts, idTokenHint: request.idTokenHint })
  }
  const grant = new provider.Grant({ accountId: user.sub, clientId: client.clientId })
  const scopes = [...request.scopes]
  grant.addOIDCScope(scopes.join(' '))
  for (const resource of request.resources) {
    const { organization } = facts
    const granted = grantedApiScopes(tenant, { user, clientId: client.clientId, resource, scopes, organization })
    grant.addResourceScope(resource, granted.join(' '))
  }
  tenant.logins.set(await grant.save(), facts)
  return grant
}

/** Claims that the engine's own lists of claims do not hold. */
const furtherClaims = Symbol('further claims')

/**
 * Accounts and grants: every application is a first party, so nobody is asked for consent unless the request says so.
 */
export const logins: Feature = {
  configure: tenant => ({
    findAccount (ctx, sub, token) {
      const user = tenant.users.bySub(sub)
      if (user === undefined) return undefined
      const grantId = token?.grantId ?? ctx.oidc.grant?.jti
      const facts = tenant.logins.get(grantId ?? '')
      return { accountId: sub, claims: () => ({ ...profileClaims(user), sub, [furtherClaims]: facts?.idTokenClaims }) }
    },
    async loadExistingGrant (ctx) {
      const params = ctx.oidc.params!
      return openGrant(tenant, {
        clientId: ctx.oidc.client!.clientId,
        idTokenHint: ctx.oidc.entities.IdTokenHint?.payload,
        accountId: ctx.oidc.account!.accountId,
        scopes: ctx.oidc.requestParamScopes,
        resources: Object.keys(ctx.oidc.resourceServers ?? {}),
        params,
        facts: { showsAuthTime: ctx.oidc.claims?.id_token?.auth_time !== undefined }
      })
    }
  }),
  install ({ provider }) {
    const { result } = provider.Claims.prototype as { result: () => Promise<Record<string, unknown>> }
    Object.assign(provider.Claims.prototype, {
      async result (this: { available: Record<symbol, Record<string, unknown> | undefined> }) {
        return { ...await result.call(this), ...this.available[furtherClaims] }
      }
    })
  }
}
