import { randomBytes } from 'node:crypto'
import type { Feature, TenantContext } from '../engine/context.js'
import { refusal } from '../engine/refusal.js'
import { findResourceServer } from './resource-servers.js'
import type { RegisteredClient } from '../engine/records.js'

const grantType = 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token'
const issuedType = 'http://auth0.com/oauth/token-type/federated-connection-access-token'
const refreshTokenType = 'urn:ietf:params:oauth:token-type:refresh_token'
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'
const lifetime = 3600

async function byRefreshToken (tenant: TenantContext, client: RegisteredClient,
  value: string): Promise<string | undefined> {
  if (client.refreshToken?.rotation) {
    throw refusal(tenant, 'invalid_request', 'Refresh token rotation must be off for this exchange.')
  }
  const token = await tenant.provider.RefreshToken.find(value)
  return token?.clientId === client.clientId ? token.accountId : undefined
}

async function byAccessToken (tenant: TenantContext, client: RegisteredClient,
  value: string): Promise<string | undefined> {
  const claims = (await tenant.keys.open(value))?.payload
  if (claims === undefined || Number(claims.exp) <= tenant.now()) return undefined
  const linked = [claims.aud].flat().some(audience =>
    findResourceServer(tenant, String(audience))?.linkedClientId === client.clientId
  )
  return linked ? String(claims.sub) : undefined
}

/** Token Vault: tokens of the accounts a user has connected, linked or logged in with. */
export const tokenVault: Feature = {
  install (tenant) {
    tenant.provider.registerGrantType<Record<string, string | undefined>>(grantType, async ctx => {
      const {
        subject_token: subjectToken = '',
        subject_token_type: type,
        requested_token_type: requestedType,
        connection,
        login_hint: hint
      } = ctx.oidc.params
      const client = tenant.clients.get(ctx.oidc.client.clientId)!
      if (client.tokenEndpointAuthMethod === 'none') {
        throw refusal(tenant, 'unauthorized_client', 'Only confidential applications may use Token Vault.', 403)
      }
      if (requestedType !== issuedType || (type !== refreshTokenType && type !== accessTokenType) ||
        connection === undefined) {
        throw refusal(tenant, 'invalid_request',
          'requested_token_type, subject_token_type or connection is missing or not supported.')
      }
      const sub = await (type === refreshTokenType ? byRefreshToken : byAccessToken)(tenant, client, subjectToken)
      const user = tenant.users.bySub(sub)
      if (user === undefined) throw refusal(tenant, 'invalid_grant', 'The subject token is not valid.', 403)
      const account = tenant.connectedAccounts.find(other =>
        other.sub === user.sub && other.connection === connection && (hint === undefined || other.id === hint)
      )
      const ownLogin = hint === undefined &&
        (user.connection === connection || user.identities.some(identity => identity.connection === connection))
      if (account === undefined && !ownLogin) {
        throw refusal(tenant, 'federated_connection_refresh_token_not_found',
          'Federated connection Refresh Token not found.', 401)
      }
      ctx.body = {
        access_token: `${connection}-token-${randomBytes(16).toString('base64url')}`,
        scope: account?.scopes.join(' ') ?? '',
        expires_in: lifetime,
        issued_token_type: issuedType,
        token_type: 'Bearer'
      }
    }, ['subject_token', 'subject_token_type', 'requested_token_type', 'connection', 'login_hint', 'scope'])
  }
}
