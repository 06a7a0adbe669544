import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { TenantContext } from '../engine/context.js'
import { issueTokens } from './issue-tokens.js'
import { openGrant } from '../login/logins.js'
import type { LoginFacts } from '../engine/records.js'
import { challenge } from '../mfa/mfa-state.js'
import type { StoredUser } from '../login/users.js'

/** A login on the token endpoint. */
interface TokenLogin {
  user: StoredUser
  gty: string
  facts?: Partial<LoginFacts> | undefined
  amr?: string[]
  acr?: string
  /** Parameters instead of the request's. */
  params?: Record<string, unknown>
  /** Whether a second factor may be asked for. */
  mfa?: boolean
  more?: Record<string, unknown> | undefined
}

/** The parameters all such grants have. */
export const loginParams = ['scope', 'audience', 'resource', 'organization']

/** Gives the tokens of a login that happened on the token endpoint, or asks for a second factor first. */
export async function issueLogin (tenant: TenantContext, ctx: TokenEndpointGrantContext,
  login: TokenLogin): Promise<void> {
  const { user, gty, facts, amr, acr, more } = login
  const clientId = ctx.oidc.client.clientId
  const params = login.params ?? { ...ctx.oidc.params }
  const scopes = String(params.scope ?? '').split(' ').filter(Boolean)
  if (login.mfa !== false) {
    const refused = challenge(tenant, { user, clientId, grantType: gty, scopes, params, facts, more })
    if (refused !== undefined) {
      ctx.status = 403
      ctx.body = refused
      return
    }
  }
  const resource = [params.resource].flat()[0] as string | undefined
  const grant = await openGrant(tenant, {
    clientId,
    accountId: user.sub,
    scopes,
    resources: resource === undefined ? [] : [resource],
    params,
    facts: { showsAuthTime: true, ...facts }
  })
  const proof = await tenant.helpers.validateDpop(tenant.provider, ctx)
  tenant.helpers.checkDpopRequired(tenant.provider, ctx, proof)
  await issueTokens(tenant, ctx, {
    grant,
    user,
    resource,
    scopes,
    gty,
    proof,
    amr,
    acr,
    authTime: Math.floor(tenant.now()),
    more
  })
}
