import { createHash } from 'node:crypto'
import type { AdapterPayload } from 'oidc-provider'
import { empty, json } from '../engine/exchange.js'
import { endSession } from '../login/logout.js'
import { audienceOf } from '../tokens/resource-servers.js'
import { managementError } from './endpoint.js'
import type { ManagementCall, ManagementEndpoint } from './endpoint.js'
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
  const session = tenant.storage.all('Session').find(({ uid }) => uid === params.id)
  if (session === undefined) throw managementError(404, 'The session does not exist.', 'inexistent_session')
  return session
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
  if (token === undefined) throw managementError(404, 'The refresh token does not exist.', 'inexistent_refresh_token')
  return token
}

/** Sessions at the tenant, and refresh tokens; ending a session tells its applications. */
export const sessions: readonly ManagementEndpoint[] = [{
  method: 'GET',
  path: '/users/:id/sessions',
  scopes: ['read:sessions'],
  handle: call =>
    answerList(call, sessionsOf(call, userOf(call).sub), { key: 'sessions', checkpoints: 'only' }, sessionDocument)
}, {
  method: 'DELETE',
  path: '/users/:id/sessions',
  scopes: ['delete:sessions'],
  says: 'Delete the sessions of a user',
  async handle (call) {
    await end(call, sessionsOf(call, userOf(call).sub))
    return empty(202)
  }
}, {
  method: 'GET',
  path: '/sessions/:id',
  scopes: ['read:sessions'],
  handle: call => json(200, sessionDocument(sessionOf(call)))
}, {
  method: 'DELETE',
  path: '/sessions/:id',
  scopes: ['delete:sessions'],
  says: 'Delete a session',
  async handle (call) {
    await end(call, [sessionOf(call)])
    return empty(202)
  }
}, {
  method: 'POST',
  path: '/sessions/:id/revoke',
  scopes: ['delete:sessions', 'delete:refresh_tokens'],
  says: 'Revoke a session',
  async handle (call) {
    const session = sessionOf(call)
    await revoke(call, refreshTokens(call, ({ sessionUid }) => sessionUid === session.uid))
    await end(call, [session])
    return empty(202)
  }
}, {
  method: 'POST',
  path: '/users/:id/revoke-access',
  scopes: ['delete:sessions', 'delete:refresh_tokens'],
  says: 'Revoke the access of a user',
  async handle (call) {
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
  }
}, {
  method: 'GET',
  path: '/users/:id/refresh-tokens',
  scopes: ['read:refresh_tokens'],
  handle (call) {
    const { sub } = userOf(call)
    const tokens = refreshTokens(call, ({ accountId }) => accountId === sub)
    return answerList(call, tokens, { key: 'tokens', checkpoints: 'only' }, tokenDocument)
  }
}, {
  method: 'DELETE',
  path: '/users/:id/refresh-tokens',
  scopes: ['delete:refresh_tokens'],
  says: 'Delete the refresh tokens of a user',
  async handle (call) {
    const { sub } = userOf(call)
    await revoke(call, refreshTokens(call, ({ accountId }) => accountId === sub))
    return empty(202)
  }
}, {
  method: 'GET',
  path: '/refresh-tokens/:id',
  scopes: ['read:refresh_tokens'],
  handle: call => json(200, tokenDocument(refreshTokenOf(call)))
}, {
  method: 'DELETE',
  path: '/refresh-tokens/:id',
  scopes: ['delete:refresh_tokens'],
  says: 'Delete a refresh token',
  async handle (call) {
    await revoke(call, [refreshTokenOf(call)])
    return empty(202)
  }
}]
