import { machineClaims } from './client-credentials.js'
import type { Feature, TenantContext } from '../engine/context.js'
import type { TenantRequest } from '../engine/exchange.js'
import { permissionsFor } from './permissions.js'
import { audienceOf, findResourceServer } from './resource-servers.js'

interface StoredToken {
  jti: string
  aud?: string
  scope?: string
  clientId: string
  accountId?: string
  grantId?: string
  iat: number
  exp: number
  jkt?: string
  'x5t#S256'?: string
  rar?: unknown
  extra?: Record<string, unknown>
}
interface TokenModel {
  prototype: { getValueAndPayload: () => Promise<{ value: string, payload: StoredToken }> }
}
interface FindableToken {
  aud?: string | undefined
}
interface FindableModel {
  find: (value: string, options?: object) => Promise<FindableToken | undefined>
}

/** The claim that RBAC adds, and that a user with permissions of their own has anyway. */
function permissionsClaim (tenant: TenantContext, { accountId, aud, grantId }: StoredToken): string[] | undefined {
  const user = tenant.users.bySub(accountId)
  const { rbac } = findResourceServer(tenant, aud!) ?? {}
  if (!rbac) return user?.permissions?.[aud!] as string[] | undefined
  return user === undefined ? [] : permissionsFor(tenant, user, aud!, tenant.logins.get(grantId ?? '')?.organization)
}

/** The claims of an access token for an API, in the API's profile. @see RFC 9068 */
function jwtClaims (tenant: TenantContext, token: StoredToken): Record<string, unknown> {
  const audience = token.aud!
  const api = findResourceServer(tenant, audience)
  const user = tenant.users.bySub(token.accountId)
  const permissions = permissionsClaim(tenant, token)
  const scopes = token.scope?.split(' ') ?? []
  const confirmation = token.jkt === undefined
    ? token['x5t#S256'] && { 'x5t#S256': token['x5t#S256'] }
    : { jkt: token.jkt }
  const claims = {
    iss: tenant.issuer,
    sub: user?.sub ?? `${token.clientId}@clients`,
    aud: scopes.includes('openid') ? [audience, `${tenant.issuer}userinfo`] : audience,
    iat: token.iat,
    exp: token.exp,
    jti: token.jti,
    scope: token.scope || undefined,
    gty: user === undefined ? 'client-credentials' : undefined,
    azp: token.clientId,
    client_id: api?.tokenDialect?.startsWith('rfc9068') ? token.clientId : undefined,
    permissions,
    authorization_details: token.rar,
    cnf: confirmation,
    ...token.extra
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined && value !== ''))
}

/** Auth0 takes the token of `/userinfo` from the query, too; the engine does not. @see RFC 6750 section 2.3 */
function withBearer (request: TenantRequest): TenantRequest {
  const { access_token: token } = request.query
  if (request.path !== '/userinfo' || token === undefined || request.headers.authorization !== undefined) return request
  const url = new URL(request.url)
  url.searchParams.delete('access_token')
  return { ...request, url: url.href, headers: { ...request.headers, authorization: `Bearer ${token}` } }
}

/** Access tokens: opaque for `/userinfo` alone, JWTs for APIs, which `/userinfo` takes as well. */
export const accessTokens: Feature = {
  configure: tenant => ({
    extraTokenClaims: (_ctx, token) =>
      'grantId' in token && typeof token.grantId === 'string'
        ? { ...tenant.logins.get(token.grantId)?.accessTokenClaims }
        : machineClaims.get(token)
  }),
  install (tenant) {
    const { provider } = tenant
    for (const { prototype } of [provider.AccessToken, provider.ClientCredentials] as unknown as TokenModel[]) {
      const { getValueAndPayload } = prototype
      prototype.getValueAndPayload = async function (): Promise<{ value: string, payload: StoredToken }> {
        const { value, payload } = await getValueAndPayload.call(this)
        if (payload.aud === undefined) return { value, payload }
        const api = findResourceServer(tenant, audienceOf(payload.aud))
        const typ = api?.tokenDialect?.startsWith('rfc9068') ? 'at+jwt' : 'JWT'
        return {
          value: await tenant.keys.sign(jwtClaims(tenant, payload), { typ, alg: api?.signingAlg ?? 'RS256' }),
          payload
        }
      }
    }
    const model = provider.AccessToken as unknown as FindableModel
    const find = model.find.bind(provider.AccessToken)
    model.find = async (value, options) => {
      const opened = await tenant.keys.open(String(value))
      if (opened === undefined) return find(value, options)
      const token = await find(String(opened.payload.jti), options)
      // the engine's /userinfo refuses tokens with an audience; Auth0's is one of this token's audiences
      if (token !== undefined) delete token.aud
      return token
    }
  },
  before: withBearer
}
