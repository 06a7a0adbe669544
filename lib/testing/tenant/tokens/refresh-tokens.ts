import type { KoaContextWithOIDC, RefreshToken } from 'oidc-provider'
import type { Feature, TenantContext } from '../engine/context.js'
import { challenge } from '../mfa/mfa-state.js'
import { issueTokens } from './issue-tokens.js'
import { myAccountPolicy } from '../login/my-account.js'
import type { RefreshTokenPolicy } from '../options.js'
import { audienceOf, resourceOf, standardScopes } from './resource-servers.js'
import { refusal } from '../engine/refusal.js'
import type { RegisteredClient } from '../engine/records.js'

type StoredRefreshToken = InstanceType<typeof RefreshToken> & { consumed?: number }

type Properties = ConstructorParameters<typeof RefreshToken>[0]

/** What a refresh token has of the one before it. */
const inherited = ['accountId', 'acr', 'amr', 'authTime', 'claims', 'grantId', 'gty', 'iiat', 'resource', 'scope',
  'sid', 'sessionUid', 'rar', 'jkt', 'x5t#S256'] as const

function invalid (tenant: TenantContext): Error {
  return refusal(tenant, 'invalid_grant', 'Unknown or invalid refresh token.', 403)
}

async function revokeFamily (tenant: TenantContext, grantId: string): Promise<void> {
  await Promise.all([tenant.provider.AccessToken.revokeByGrantId(grantId),
    tenant.provider.RefreshToken.revokeByGrantId(grantId), tenant.provider.Grant.adapter.destroy(grantId)])
}

/**
 * The API and the scopes a refresh gives: what was asked for, as far as the token or the application's policies allow
 * it; the rest is ignored.
 */
function refreshTarget (policies: readonly RefreshTokenPolicy[],
  token: { resource: string | undefined, scopes: readonly string[] },
  asked: { audience: string | undefined, scope: string | undefined }
): { resource: string | undefined, scopes: string[] } {
  const own = token.resource === undefined ? undefined : audienceOf(token.resource)
  const policy = asked.audience === own ? undefined : policies.find(({ audience }) => audience === asked.audience)
  const allowed = policy === undefined
    ? token.scopes
    : [...token.scopes.filter(scope => standardScopes.includes(scope)), ...policy.scope]
  const wanted = asked.scope?.split(' ').filter(scope => allowed.includes(scope)) ?? []
  return {
    resource: policy === undefined ? token.resource : resourceOf(policy.audience),
    scopes: wanted.length === 0 ? [...allowed] : wanted
  }
}

async function rotated (tenant: TenantContext, ctx: KoaContextWithOIDC, client: RegisteredClient,
  token: StoredRefreshToken): Promise<string> {
  const { rotation = false, overlap = tenant.options.refreshTokenOverlap ?? 0 } = client.refreshToken ?? {}
  if (token.consumed !== undefined && tenant.now() - token.consumed >= overlap) {
    await revokeFamily(tenant, token.grantId!)
    throw invalid(tenant)
  }
  if (!rotation) return token.jti
  if (token.consumed === undefined) await token.consume()
  const next = new tenant.provider.RefreshToken({
    ...Object.fromEntries(inherited.map(name => [name, token[name]])) as unknown as Properties,
    client: ctx.oidc.client!,
    rotations: (token.rotations ?? 0) + 1
  })
  return next.save()
}

/** Refresh tokens: rotation, the overlap, reuse detection that ends the family, and other APIs by policy. */
export const refreshTokens: Feature = {
  configure: ({ options }) => ({
    ttl: { RefreshToken: options.lifetimes?.refreshToken ?? 2_592_000, Grant: 31_557_600 }
  }),
  install (tenant) {
    const { provider, helpers } = tenant
    provider.registerGrantType('refresh_token', async ctx => {
      const { refresh_token: value, scope } = ctx.oidc.params
      const [resource] = [ctx.oidc.params.resource].flat()
      if (typeof value !== 'string') {
        throw refusal(tenant, 'invalid_request', 'Missing required parameter: refresh_token')
      }
      const client = tenant.clients.get(ctx.oidc.client.clientId)!
      const token = await provider.RefreshToken.find(value, { ignoreExpiration: true }) as
        | StoredRefreshToken
        | undefined
      if (token?.grantId === undefined || token.clientId !== client.clientId || token.isExpired) throw invalid(tenant)
      const proof = await helpers.validateDpop(provider, ctx)
      helpers.checkDpopRequired(provider, ctx, proof)
      if (token.jkt !== undefined && token.jkt !== proof?.thumbprint) throw invalid(tenant)
      const grant = await helpers.validateGrant(provider, ctx, token.grantId)
      const user = tenant.users.bySub(token.accountId)
      if (user === undefined || user.blocked) throw invalid(tenant)
      const policies = [...client.refreshToken?.policies ?? [], myAccountPolicy(tenant.issuer)]
      const target = refreshTarget(policies, { resource: [token.resource].flat()[0], scopes: [...token.scopes] }, {
        audience: typeof resource === 'string' ? audienceOf(resource) : undefined,
        scope
      })
      const refused = tenant.options.requireMfa === undefined
        ? undefined
        : challenge(tenant, {
          user,
          clientId: client.clientId,
          grantType: 'refresh_token',
          scopes: target.scopes,
          params: { scope: target.scopes.join(' '), resource: target.resource }
        })
      if (refused !== undefined) {
        ctx.status = 403
        ctx.body = refused
        return
      }
      const refreshToken = await rotated(tenant, ctx, client, token)
      await issueTokens(tenant, ctx, {
        grant,
        user,
        resource: target.resource,
        scopes: target.scopes,
        gty: 'refresh_token',
        proof,
        acr: token.acr,
        amr: token.amr,
        authTime: token.authTime,
        rar: token.rar,
        sid: token.sid,
        refreshToken
      })
    }, ['refresh_token', 'scope', 'audience', 'resource', 'authorization_details'])
  }
}
