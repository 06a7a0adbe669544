import { createHash, randomBytes } from 'node:crypto'
import { isLoopback, mismatch } from '../tokens/clients.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { empty, html, json, redirect, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { accountError, accountRoute, invalidField, pageOf, requiredField } from './my-account.js'
import { buttons, errorPage, escape, page } from './page.js'
import type { ConnectedAccount } from '../engine/records.js'

interface PendingConnection {
  sub: string
  connection: string
  scopes: string[]
  redirectUri: string
  state: string
  codeChallenge: string
  ticket: string | undefined
  code?: string
  orgId?: string | undefined
  expiresAt: number
}

const lifetime = 300

function shown ({ id, connection, scopes, createdAt, orgId }: ConnectedAccount): Record<string, unknown> {
  return { id, connection, access_type: 'offline', scopes, created_at: createdAt, org_id: orgId }
}

function begin (tenant: TenantContext, request: TenantRequest,
  bearer: { user: { sub: string }, clientId: string, claims: Record<string, unknown> }): PendingConnection {
  const name = requiredField(request, 'connection')
  const connection = tenant.connections.find(other => other.name === name)
  if (connection === undefined) throw accountError(404, 'Not Found', 'The connection does not exist.')
  const redirectUri = requiredField(request, 'redirect_uri')
  const { callbacks } = tenant.clients.get(bearer.clientId)!
  if (callbacks === undefined ? !isLoopback(redirectUri) : !callbacks.includes(redirectUri)) {
    throw invalidField('redirect_uri', mismatch('The redirect_uri', redirectUri, 'Allowed Callback URLs', callbacks))
  }
  if (request.body.code_challenge_method !== 'S256') {
    throw invalidField('code_challenge_method', 'code_challenge_method must be S256')
  }
  const { scopes = connection.scopes ?? [] } = request.body
  if (!Array.isArray(scopes) || scopes.length > 100) throw invalidField('scopes', 'scopes must be a list')
  return {
    sub: bearer.user.sub,
    connection: name,
    scopes: scopes.map(String),
    redirectUri,
    state: requiredField(request, 'state'),
    codeChallenge: requiredField(request, 'code_challenge'),
    ticket: randomBytes(16).toString('base64url'),
    orgId: bearer.claims.org_id as string | undefined,
    expiresAt: tenant.now() + lifetime
  }
}

/** Connected accounts of the My Account API, and the page of the provider. */
export const connectedAccounts: Feature = {
  routes (tenant) {
    const pending = new Map<string, PendingConnection>()

    const byTicket = ({ query }: TenantRequest): PendingConnection | undefined =>
      [...pending.values()].find(({ ticket, expiresAt }) =>
        ticket !== undefined && ticket === query.ticket && expiresAt > tenant.now()
      )

    function complete (sub: string, request: TenantRequest): ConnectedAccount {
      const authSession = requiredField(request, 'auth_session')
      const connection = pending.get(authSession)
      const challenge = createHash('sha256').update(requiredField(request, 'code_verifier')).digest('base64url')
      const matches = connection !== undefined && connection.sub === sub && connection.expiresAt > tenant.now() &&
        connection.code !== undefined &&
        connection.code === requiredField(request, 'connect_code') &&
        connection.redirectUri === requiredField(request, 'redirect_uri') && connection.codeChallenge === challenge
      if (!matches) {
        throw accountError(400, 'Invalid Request',
          'The auth_session, connect_code, redirect_uri or code_verifier is not valid.')
      }
      pending.delete(authSession)
      const { connection: name, scopes, orgId } = connection
      const account: ConnectedAccount = {
        id: `cac_${randomBytes(12).toString('hex')}`,
        sub,
        connection: name,
        scopes,
        createdAt: new Date(tenant.now() * 1000).toISOString(),
        orgId
      }
      tenant.connectedAccounts.push(account)
      return account
    }

    const over = (): TenantAnswer => html(400, errorPage('The ticket is unknown, used or expired.'))

    return [
      accountRoute(tenant, 'POST', '/connected-accounts/connect', 'create:me:connected_accounts', (bearer, request) => {
        const connection = begin(tenant, request, bearer)
        const authSession = randomBytes(32).toString('base64url')
        pending.set(authSession, connection)
        return json(201, {
          auth_session: authSession,
          connect_uri: `${tenant.issuer}connected-accounts/connect`,
          connect_params: { ticket: connection.ticket },
          expires_in: lifetime
        })
      }),
      accountRoute(tenant, 'POST', '/connected-accounts/complete', 'create:me:connected_accounts',
        ({ user }, request) => json(201, shown(complete(user.sub, request)))),
      accountRoute(tenant, 'GET', '/connected-accounts/accounts', 'read:me:connected_accounts', ({ user }, request) => {
        const { connection } = request.query
        const own = tenant.connectedAccounts.filter(account =>
          account.sub === user.sub && (connection === undefined || account.connection === connection)
        )
        const { items, next } = pageOf(own, request)
        return json(200, { accounts: items.map(shown), next })
      }),
      accountRoute(tenant, 'DELETE', '/connected-accounts/accounts/:id', 'delete:me:connected_accounts',
        ({ user }, _request, { id }) => {
          const index = tenant.connectedAccounts.findIndex(account => account.id === id && account.sub === user.sub)
          if (index === -1) throw accountError(404, 'Not Found', 'The connected account does not exist.')
          tenant.connectedAccounts.splice(index, 1)
          return empty(204)
        }),
      accountRoute(tenant, 'GET', '/connected-accounts/connections', 'read:me:connected_accounts',
        (_bearer, request) => {
          const { items, next } = pageOf(tenant.connections, request)
          return json(200, {
            connections: items.map(({ name, strategy = name, scopes }) => ({ name, strategy, scopes })),
            next
          })
        }),
      route('GET', '/connected-accounts/connect', request => {
        const connection = byTicket(request)
        if (connection === undefined) return over()
        return html(200,
          page('connect', 'Connect an account', `<p>Give access to your ${escape(connection.connection)} ` +
            `account${connection.scopes.length > 0 ? `: ${escape(connection.scopes.join(' '))}` : ''}.</p><form ` +
            `method="post">${buttons('Allow')}</form>`))
      }),
      route('POST', '/connected-accounts/connect', request => {
        const connection = byTicket(request)
        if (connection === undefined) return over()
        connection.ticket = undefined
        const url = new URL(connection.redirectUri)
        if (request.body.action === 'cancel') {
          url.searchParams.set('error', 'access_denied')
          url.searchParams.set('error_description', 'User did not authorize the request')
        } else {
          url.searchParams.set('connect_code', connection.code = randomBytes(16).toString('base64url'))
        }
        url.searchParams.set('state', connection.state)
        return redirect(url.href)
      })
    ]
  }
}
