import type { TenantContext } from '../engine/context.js'
import { oauthError, type TenantRequest } from '../engine/exchange.js'
import { checkProof } from './proof-of-possession.js'
import type { StoredUser } from '../login/users.js'

/** Whose access token a request carries. */
export interface Bearer {
  user: StoredUser
  clientId: string
  claims: Record<string, unknown>
}

/** Checks the access token of a request to one of the tenant's own APIs. */
export async function checkBearer (tenant: TenantContext, request: TenantRequest,
  needed: { audience: string, scope: string }): Promise<Bearer> {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ')
  const claims = (await tenant.keys.open(token))?.payload
  const user = tenant.users.bySub(claims?.sub as string | undefined)
  const audiences = [claims?.aud].flat()
  if (claims === undefined || user === undefined || Number(claims.exp) <= tenant.now() ||
    !audiences.includes(needed.audience)) {
    throw oauthError(401, 'invalid_token', 'The access token is not valid for this API.')
  }
  const { jkt } = (claims.cnf ?? {}) as { jkt?: string }
  if (scheme.toLowerCase() !== (jkt === undefined ? 'bearer' : 'dpop')) {
    throw oauthError(401, 'invalid_token', 'The access token needs another scheme.')
  }
  if (jkt !== undefined) await checkProof(tenant, request, token, jkt)
  if (!String(claims.scope).split(' ').includes(needed.scope)) {
    throw oauthError(403, 'insufficient_scope', `The access token needs the scope ${needed.scope}.`)
  }
  return { user, clientId: String(claims.azp), claims }
}
