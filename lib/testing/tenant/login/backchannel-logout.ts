import { randomUUID } from 'node:crypto'
import type { Feature, TenantContext } from '../engine/context.js'
import { signForClient } from '../tokens/id-tokens.js'
import type { SentLogoutToken } from '../engine/records.js'

const patience = 5000

async function deliver (tenant: TenantContext, clientId: string, user: { sub: string, sid?: string }): Promise<void> {
  const client = tenant.clients.get(clientId)
  const url = client?.backchannelLogoutUrl
  if (client === undefined || url === undefined) return
  const now = Math.floor(tenant.now())
  const claims = {
    iss: tenant.issuer,
    aud: clientId,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    ...user,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} }
  }
  const token = await signForClient(tenant, {
    clientId,
    clientSecret: client.clientSecret,
    idTokenSignedResponseAlg: 'RS256'
  }, claims, 'logout+jwt')
  const sent: SentLogoutToken = { clientId, url, token }
  tenant.logoutTokens.push(sent)
  try {
    const answer = await (tenant.options.fetch ?? fetch)(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(patience)
    })
    sent.status = answer.status
    await answer.text()
  } catch {
    // an application that cannot be reached is seen in the missing status
  }
}

/**
 * Sends a logout token to each of the applications that has a URL for it. @see OpenID Connect Back-Channel Logout 1.0
 */
export async function notifyClients (tenant: TenantContext, clientIds: readonly string[],
  user: { sub: string, sid?: string }): Promise<void> {
  await Promise.all(clientIds.map(clientId => deliver(tenant, clientId, user)))
}

/** Logout tokens, also when another user logs in within one browser. */
export const backchannelLogout: Feature = {
  configure: () => ({ features: { backchannelLogout: { enabled: true } } }),
  install (tenant) {
    Object.assign(tenant.provider.Client.prototype, {
      async backchannelLogout (this: { clientId: string }, sub: string, sid: string) {
        await notifyClients(tenant, [this.clientId], { sub, sid })
      }
    })
  }
}
