import { createHash } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { empty, json } from '../engine/exchange.js'
import { endSession } from '../login/logout.js'
import { audienceOf } from '../tokens/resource-servers.js'
import { del, existing, get, post, type ManagementCall, type ManagementEndpoint } from './endpoint.js'
import { answerList } from './paging.js'
import { userOf } from './users.js'

function time (seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString()
}

function sessionDocument (session: AdapterPayload): Record<string, unknown> {
  return {
    id: session.uid,
    user_id: session.accountId,
    created_at: time(session.iat),
    updated_at: time(session.iat),
    authenticated_at: time(session.loginTs),
    expires_at: time(session.exp),
    clients: Object.keys(session.authorizations ?? {}).map(id => ({ client_id: id })),
    device: {}
  }
}

function sessionsOf ({ tenant }: ManagementCall, sub: string): AdapterPayload[] {
  return tenant.storage.all('Session').filter(({ accountId, exp }) => accountId === sub && exp! > tenant.now())
}

function sessionOf ({ tenant, params }: ManagementCall): AdapterPayload {
  return existing(tenant.storage.all('Session').find(({ uid }) => uid === params.id),
    'The session does not exist.', 'inexistent_session')
}

/** An id that says nothing about the token. */
function tokenId ({ jti }: AdapterPayload): string {
  return `rtk_${createHash('sha256').update(jti!).digest('hex').slice(0, 24)}`
}

function tokenDocument (token: AdapterPayload): Record<string, unknown> {
  const [resource] = [token.resource].flat()
  return {
    id: tokenId(token),
    user_id: token.accountId,
    client_id: token.clientId,
    session_id: token.sessionUid ?? null,
    created_at: time(token.iat),
    expires_at: time(token.exp),
    rotating: (token.rotations ?? 0) > 0,
    resource_servers: resource === undefined ? [] : [{ audience: audienceOf(resource), scopes: token.scope }]
  }
}

function refreshTokens ({ tenant }: ManagementCall, matches: (token: AdapterPayload) => boolean): AdapterPayload[] {
  return tenant.storage.all('RefreshToken').filter(token => token.consumed === undefined && matches(token))
}

async function revoke ({ tenant }: ManagementCall, tokens: readonly AdapterPayload[]): Promise<void> {
  for (const { jti, grantId } of tokens) {
    await tenant.storage.adapter('RefreshToken').destroy(jti!)
    // With rotation the ones before it end, too.
    await tenant.storage.adapter('RefreshToken').revokeByGrantId(grantId!)
  }
}

async function end (call: ManagementCall, sessions: readonly AdapterPayload[]): Promise<void> {
  for (const session of sessions) await endSession(call.tenant, session)
}

function refreshTokenOf (call: ManagementCall): AdapterPayload {
  const [token] = refreshTokens(call, one => tokenId(one) === call.params.id)
  return existing(token, 'The refresh token does not exist.', 'inexistent_refresh_token')
}

/** Sessions at the tenant, and refresh tokens; ending a session tells its applications. */
export const sessions: readonly ManagementEndpoint[] = [
  get('/users/:id/sessions', 'read:sessions', call =>
    answerList(call, sessionsOf(call, userOf(call).sub), { key: 'sessions', checkpoints: 'only' }, sessionDocument)),
  del('/users/:id/sessions', 'delete:sessions', 'Delete the sessions of a user', async call => {
    await end(call, sessionsOf(call, userOf(call).sub))
    return empty(202)
  }),
  get('/sessions/:id', 'read:sessions', call => json(200, sessionDocument(sessionOf(call)))),
  del('/sessions/:id', 'delete:sessions', 'Delete a session', async call => {
    await end(call, [sessionOf(call)])
    return empty(202)
  }),
  post('/sessions/:id/revoke', 'delete:sessions delete:refresh_tokens', 'Revoke a session', async call => {
    const session = sessionOf(call)
    await revoke(call, refreshTokens(call, ({ sessionUid }) => sessionUid === session.uid))
    await end(call, [session])
    return empty(202)
  }),
  post('/users/:id/revoke-access', 'delete:sessions delete:refresh_tokens', 'Revoke the access of a user',
    async call => {
      const { sub } = userOf(call)
      const { session_id: sessionId, preserve_refresh_tokens: preserve } = call.body
      const chosen = (session: AdapterPayload): boolean => sessionId === undefined || session.uid === sessionId
      if (preserve !== true) {
        await revoke(call, refreshTokens(call, ({ accountId, sessionUid }) =>
          accountId === sub && (sessionId === undefined || sessionUid === sessionId)
        ))
      }
      await end(call, sessionsOf(call, sub).filter(chosen))
      return empty(202)
    }),
  get('/users/:id/refresh-tokens', 'read:refresh_tokens', call => {
    const { sub } = userOf(call)
    const tokens = refreshTokens(call, ({ accountId }) => accountId === sub)
    return answerList(call, tokens, { key: 'tokens', checkpoints: 'only' }, tokenDocument)
  }),
  del('/users/:id/refresh-tokens', 'delete:refresh_tokens', 'Delete the refresh tokens of a user', async call => {
    const { sub } = userOf(call)
    await revoke(call, refreshTokens(call, ({ accountId }) => accountId === sub))
    return empty(202)
  }),
  get('/refresh-tokens/:id', 'read:refresh_tokens', call => json(200, tokenDocument(refreshTokenOf(call)))),
  del('/refresh-tokens/:id', 'delete:refresh_tokens', 'Delete a refresh token', async call => {
    await revoke(call, [refreshTokenOf(call)])
    return empty(202)
  })
]
