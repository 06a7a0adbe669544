import type {
  AuthorizationDetail, Grant, KoaContextWithOIDC, ResourceServer, ResourceServerInstance
} from 'oidc-provider'
import type { TenantContext } from '../engine/context.js'
import type { DpopProof } from '../engine/engine.js'
import { halfHash, signForClient } from './id-tokens.js'
import { audienceOf, grantedApiScopes, resourceServerInfo, standardScopes } from './resource-servers.js'
import { profileClaims, type StoredUser } from '../login/users.js'

/** What a token answer is made of. */
interface Issue {
  grant: Grant
  user: StoredUser
  /** The engine's name of the API. */
  resource: string | undefined
  scopes: readonly string[]
  gty: string
  proof?: DpopProof | undefined
  acr?: string | undefined
  amr?: string[] | undefined
  authTime?: number | undefined
  nonce?: string | undefined
  sid?: string | undefined
  rar?: AuthorizationDetail[] | undefined
  /** A refresh token that is there already; without it one is made when `offline_access` was granted. */
  refreshToken?: string
  /** Further members of the answer. */
  more?: Record<string, unknown> | undefined
}

/** The engine's class for APIs. */
export type ResourceServerModel = new(identifier: string, info: ResourceServer) => ResourceServerInstance

const scopeClaims: Record<string, readonly string[]> = {
  profile: ['name', 'given_name', 'family_name', 'nickname', 'picture', 'updated_at'],
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified']
}

function claimsFor (user: StoredUser, scopes: readonly string[]): Record<string, unknown> {
  const names = new Set(['sub', ...scopes.flatMap(scope => scopeClaims[scope] ?? [])])
  return Object.fromEntries(Object.entries(profileClaims(user)).filter(([name]) => names.has(name)))
}

async function makeAccessToken (tenant: TenantContext, ctx: KoaContextWithOIDC,
  issue: Issue): Promise<{ value: string, scope: string, type: string, expiresIn: number }> {
  const { provider, helpers, engine } = tenant
  const { grant, user, resource, scopes, proof } = issue
  const client = ctx.oidc.client!
  const token = new provider.AccessToken({
    client,
    accountId: user.sub,
    grantId: grant.jti,
    gty: issue.gty,
    sid: issue.sid,
    rar: issue.rar
  })
  if (resource === undefined) {
    token.scope = scopes.filter(scope => standardScopes.includes(scope)).join(' ')
  } else {
    const Model = (provider as unknown as { ResourceServer: ResourceServerModel }).ResourceServer
    token.resourceServer = new Model(resource, resourceServerInfo(tenant, audienceOf(resource)))
    const organization = tenant.logins.get(grant.jti)?.organization
    const { clientId } = client
    token.scope = grantedApiScopes(tenant, { user, clientId, resource, scopes, organization }).join(' ')
  }
  if (proof !== undefined) {
    await helpers.checkDpopReplay(provider, ctx, proof, client.clientId, engine.errors.InvalidGrant)
    token.setThumbprint('jkt', proof.thumbprint)
  }
  return { value: await token.save(), scope: token.scope, type: token.tokenType, expiresIn: token.expiration }
}

async function makeRefreshToken (tenant: TenantContext, ctx: KoaContextWithOIDC,
  issue: Issue): Promise<string | undefined> {
  const client = ctx.oidc.client!
  if (!issue.scopes.includes('offline_access') || !client.grantTypeAllowed('refresh_token')) return undefined
  const { user, grant, resource, gty, acr, amr, authTime, sid, rar, proof } = issue
  const token = new tenant.provider.RefreshToken({
    client,
    accountId: user.sub,
    acr,
    amr,
    authTime,
    grantId: grant.jti,
    gty,
    resource,
    rotations: 0,
    scope: issue.scopes.join(' '),
    sid,
    rar
  })
  if (proof !== undefined && client.clientAuthMethod === 'none') token.jkt = proof.thumbprint
  return token.save()
}

async function makeIdToken (tenant: TenantContext, ctx: KoaContextWithOIDC, issue: Issue,
  accessToken: string): Promise<string | undefined> {
  if (!issue.scopes.includes('openid')) return undefined
  const client = ctx.oidc.client!
  const now = Math.floor(tenant.now())
  const facts = tenant.logins.get(issue.grant.jti)
  const claims = {
    ...claimsFor(issue.user, issue.scopes),
    acr: issue.acr,
    amr: issue.amr,
    auth_time: facts?.showsAuthTime ? issue.authTime : undefined,
    nonce: issue.nonce,
    at_hash: halfHash(accessToken),
    sid: issue.sid,
    ...facts?.idTokenClaims,
    iss: tenant.issuer,
    aud: client.clientId,
    iat: now,
    exp: now + (tenant.options.lifetimes?.idToken ?? 36_000)
  }
  return signForClient(tenant, client, claims)
}

/** Makes the tokens of a grant that the engine does not know, and answers with them. */
export async function issueTokens (tenant: TenantContext, ctx: KoaContextWithOIDC, issue: Issue): Promise<void> {
  const accessToken = await makeAccessToken(tenant, ctx, issue)
  const refreshToken = issue.refreshToken ?? await makeRefreshToken(tenant, ctx, issue)
  const idToken = await makeIdToken(tenant, ctx, issue, accessToken.value)
  ctx.body = {
    access_token: accessToken.value,
    refresh_token: refreshToken,
    id_token: idToken,
    scope: accessToken.scope,
    expires_in: accessToken.expiresIn,
    token_type: accessToken.type,
    authorization_details: issue.rar,
    ...issue.more
  }
}
