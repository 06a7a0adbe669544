import { randomBytes, randomUUID } from 'node:crypto'
import type { Feature, TenantContext } from '../engine/context.js'
import { empty, json, oauthError, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import type { AnonymousSession } from '../engine/records.js'
import { authenticateClient } from '../tokens/client-authentication.js'
import { findResourceServer } from '../tokens/resource-servers.js'

const transferAudience = 'urn:auth0:anon_transfer'
const transferLifetime = 30
const usualLifetime = 86_400
const maxMetadata = 1024
const cookie = 'auth0_anon'

interface Transfer {
  session: AnonymousSession
  expiresAt: number
}

function metadataOf ({ body: { metadata } }: TenantRequest): Record<string, string> {
  if (metadata === undefined) return {}
  const valid = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) &&
    Object.values(metadata).every(value => typeof value === 'string')
  if (!valid) throw oauthError(400, 'invalid_request', 'metadata must be an object of texts.')
  if (Buffer.byteLength(JSON.stringify(metadata)) > maxMetadata) {
    throw oauthError(400, 'invalid_request', `metadata must be at most ${maxMetadata} bytes.`)
  }
  return metadata as Record<string, string>
}

/** The scopes of an access token for nobody in particular. */
function scopeFor (tenant: TenantContext, audience: string | undefined, scope: unknown): string {
  const asked = String(scope ?? '').split(' ').filter(Boolean)
  const api = audience === undefined ? undefined : findResourceServer(tenant, audience)
  if (audience !== undefined && !api?.allowAnonymousAccess) {
    throw oauthError(400, 'invalid_target', `The API ${audience} does not allow anonymous access.`)
  }
  const unknown = asked.filter(name => !api?.scopes?.includes(name))
  if (unknown.length > 0) throw oauthError(400, 'invalid_scope', `Unknown scopes: ${unknown.join(' ')}`)
  return asked.join(' ')
}

async function accessToken (tenant: TenantContext, session: AnonymousSession, clientId: string,
  { audience, scope: asked }: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const api = typeof audience === 'string' ? findResourceServer(tenant, audience) : undefined
  const scope = scopeFor(tenant, typeof audience === 'string' ? audience : undefined, asked)
  const now = Math.floor(tenant.now())
  const lifetime = api?.tokenLifetime ?? usualLifetime
  const token = api === undefined
    ? randomBytes(32).toString('base64url')
    : await tenant.keys.sign({
      iss: tenant.issuer,
      sub: session.userId,
      aud: api.identifier,
      iat: now,
      exp: now + lifetime,
      jti: randomUUID(),
      ...(scope !== '' && { scope }),
      azp: clientId
    }, { typ: api.tokenDialect?.startsWith('rfc9068') ? 'at+jwt' : 'JWT', alg: api.signingAlg ?? 'RS256' })
  return { access_token: token, token_type: 'Bearer', expires_in: lifetime, ...(scope !== '' && { scope }) }
}

/** Sessions of visitors who have not logged in; a login takes one over. */
export const anonymousSessions: Feature = {
  configure: () => ({ extraParams: { anon_transfer_token: null } }),
  routes (tenant) {
    const sessions = new Map<string, AnonymousSession>()
    const transfers = new Map<string, Transfer>()
    tenant.rules.push(({ user, client, params }) => {
      const transfer = transfers.get(String(params.anon_transfer_token))
      if (transfer === undefined || transfer.expiresAt <= tenant.now() ||
        transfer.session.clientId !== client.clientId) return
      transfers.delete(String(params.anon_transfer_token))
      transfer.session.linkedTo = user.sub
    })

    function sessionOf (request: TenantRequest, clientId: string): AnonymousSession | undefined {
      const { session_token: token } = request.body
      if (token === undefined) return undefined
      const session = sessions.get(String(token))
      if (session === undefined || session.clientId !== clientId) {
        throw oauthError(401, 'invalid_session_token', 'The session token is not valid.')
      }
      if (session.expiresAt <= tenant.now()) throw oauthError(401, 'session_expired', 'The session has expired.')
      return session
    }

    async function token (request: TenantRequest): Promise<TenantAnswer> {
      const { clientId, anonymousSessions: allowed } = await authenticateClient(tenant, request)
      if (allowed === false) {
        throw oauthError(403, 'unauthorized_client', 'Anonymous sessions are not enabled for this application.')
      }
      const known = sessionOf(request, clientId)
      if (request.body.audience === transferAudience) {
        if (known === undefined) throw oauthError(400, 'invalid_request', 'session_token is required.')
        const ticket = randomBytes(24).toString('base64url')
        transfers.set(ticket, { session: known, expiresAt: tenant.now() + transferLifetime })
        return json(200, { anon_transfer_token: ticket, expires_in: transferLifetime })
      }
      const lifetime = tenant.options.lifetimes?.anonymousSession ?? usualLifetime
      const session = known ?? {
        userId: `anon@${randomUUID()}`,
        sessionId: randomUUID(),
        clientId,
        createdAt: tenant.now(),
        expiresAt: tenant.now() + lifetime,
        metadata: metadataOf(request)
      }
      const answer = await accessToken(tenant, session, clientId, request.body)
      if (known !== undefined) return json(200, answer)
      const sessionToken = randomBytes(32).toString('base64url')
      sessions.set(sessionToken, session)
      tenant.anonymousSessions.push(session)
      return json(200, { ...answer, session_token: sessionToken, session_expires_in: lifetime }, {
        'set-cookie': `${cookie}=${sessionToken}; path=/; max-age=${lifetime}; httponly; samesite=lax`
      })
    }

    return [
      route('POST', '/anonymous/token', token),
      route('POST', '/anonymous/logout',
        () => empty(204, { 'set-cookie': `${cookie}=; path=/; max-age=0; httponly; samesite=lax` }))
    ]
  }
}
