import type { AdapterPayload, Configuration } from 'oidc-provider'
import { notifyClients } from './backchannel-logout.js'
import { isLoopback, mismatch } from '../tokens/clients.js'
import type { Feature, TenantContext } from '../engine/context.js'
import { html, redirect, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import { route } from '../engine/route.js'
import { errorPage, escape, page } from './page.js'
import type { RegisteredClient } from '../engine/records.js'

const cookieName = 'auth0'
const expiredCookie = `${cookieName}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax`

function sessionOf (tenant: TenantContext, request: TenantRequest): AdapterPayload | undefined {
  const id = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`, 'u').exec(request.headers.cookie ?? '')?.[1]
  return tenant.storage.all('Session').find(session => session.jti === id)
}

/** Ends a session of the tenant and tells the applications that were used in it. */
export async function endSession (tenant: TenantContext, session: AdapterPayload): Promise<void> {
  await tenant.storage.adapter('Session').destroy(session.jti!)
  await tellApplications(tenant, session)
}

async function tellApplications (tenant: TenantContext, session: AdapterPayload): Promise<void> {
  await notifyClients(tenant, Object.keys(session.authorizations ?? {}), { sub: session.accountId!, sid: session.uid! })
}

/** When expired sessions were looked for last, epoch seconds. */
const sweptAt = new WeakMap<TenantContext, number>()

/**
 * Ends the sessions whose time is over. The request that brings it to light may be one an application needs in order to
 * take a logout token, so it does not wait.
 */
async function endExpiredSessions (tenant: TenantContext): Promise<void> {
  const now = tenant.now()
  if (sweptAt.get(tenant) === Math.floor(now)) return
  sweptAt.set(tenant, Math.floor(now))
  for (const session of tenant.storage.all('Session').filter(({ exp }) => exp! <= now)) {
    await tenant.storage.adapter('Session').destroy(session.jti!)
    setImmediate(() => {
      tellApplications(tenant, session).catch((error: Error) => {
        process.emitWarning(error)
      })
    })
  }
}

function failure (message: string): TenantAnswer {
  return html(400, errorPage(message, ' id="error"'))
}

async function leave (tenant: TenantContext, session: AdapterPayload | undefined, location: string | undefined,
  state?: string): Promise<TenantAnswer> {
  if (session !== undefined) await endSession(tenant, session)
  const headers = { 'set-cookie': expiredCookie }
  if (location === undefined) {
    const answer = html(200, page('logged-out', 'Logged out', '<p>You have been logged out.</p>'))
    return { ...answer, headers: { ...answer.headers, ...headers } }
  }
  const url = new URL(location)
  if (state !== undefined) url.searchParams.set('state', state)
  const answer = redirect(state === undefined ? location : url.href)
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

function allowed (clients: readonly RegisteredClient[], url: string): boolean {
  return clients.some(({ logoutUrls }) => logoutUrls === undefined ? isLoopback(url) : logoutUrls.includes(url))
}

/** The URLs of several applications; `undefined` when one of them takes any on this computer. */
function allUrls (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.includes(undefined) ? undefined : [...new Set(lists.flatMap(urls => urls ?? []))]
}

/** Where a logout goes that names the application and no URL. */
function firstLogoutUrl (client: RegisteredClient | undefined): string | undefined {
  return client?.logoutUrls?.[0]
}

/** `GET /v2/logout`: Auth0's own way. */
async function auth0Logout (tenant: TenantContext, request: TenantRequest): Promise<TenantAnswer> {
  const { client_id: clientId, returnTo } = request.query
  const client = tenant.clients.get(clientId)
  if (clientId !== undefined && client === undefined) return failure(`Unknown client: ${clientId}`)
  if (returnTo !== undefined && !allowed(client === undefined ? tenant.clients.list : [client], returnTo)) {
    const urls = (client === undefined ? tenant.clients.list : [client]).map(({ logoutUrls }) => logoutUrls)
    return failure(mismatch('The returnTo parameter', returnTo, 'Allowed Logout URLs', allUrls(urls)))
  }
  return leave(tenant, sessionOf(tenant, request), returnTo ?? firstLogoutUrl(client))
}

function confirmation (request: TenantRequest): TenantAnswer {
  const inputs = Object.entries(request.params).map(([name, value]) =>
    `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`
  ).join('')
  return html(200,
    page('logout', 'Log out',
      `<p>Do you want to log out?</p><form method="post" action="/oidc/logout">${inputs}<button class="primary" ` +
        'type="submit" id="continue" name="action" value="continue">Log out</button></form>'))
}

/** `/oidc/logout`. @see OpenID Connect RP-Initiated Logout 1.0 */
async function oidcLogout (tenant: TenantContext, request: TenantRequest): Promise<TenantAnswer> {
  const {
    id_token_hint: hint,
    logout_hint: logoutHint,
    client_id: clientId,
    post_logout_redirect_uri: location,
    state,
    action
  } = request.params as Record<string, string | undefined>
  const claims = hint === undefined ? undefined : (await tenant.keys.open(hint))?.payload
  if (hint !== undefined && claims?.iss !== tenant.issuer) return failure('The id_token_hint is not valid.')
  if (claims !== undefined && clientId !== undefined && claims.aud !== clientId) {
    return failure('The client_id does not match the id_token_hint.')
  }
  if (claims?.sid !== undefined && logoutHint !== undefined && claims.sid !== logoutHint) {
    return failure('The logout_hint does not match the id_token_hint.')
  }
  const client = tenant.clients.get(clientId ?? claims?.aud)
  if (clientId !== undefined && client === undefined) return failure(`Unknown client: ${clientId}`)
  if (location !== undefined && client === undefined) {
    return failure('A post_logout_redirect_uri needs a client_id or an id_token_hint beside it.')
  }
  if (location !== undefined && !allowed([client!], location)) {
    return failure(mismatch('The post_logout_redirect_uri', location, 'Allowed Logout URLs', client!.logoutUrls))
  }
  const sid = claims?.sid ?? logoutHint
  const session = sessionOf(tenant, request) ??
    tenant.storage.all('Session').find(({ uid }) => uid !== undefined && uid === sid)
  if (session !== undefined && session.uid !== sid && action === undefined) return confirmation(request)
  return leave(tenant, session, location ?? firstLogoutUrl(client), state)
}

/** An application revokes its own tokens; for another's it is told nothing. */
const mayRevoke: NonNullable<NonNullable<Configuration['features']>['revocation']>['allowedPolicy'] = (_ctx, client,
  token) => token.clientId === client.clientId

/** Logout by `/oidc/logout` and `/v2/logout`, and the end of sessions that expire. */
export const logout: Feature = {
  configure: () => ({
    features: {
      rpInitiatedLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: mayRevoke },
      devInteractions: { enabled: false }
    }
  }),
  routes: tenant => [
    route('GET', '/v2/logout', request => auth0Logout(tenant, request)),
    route('GET', '/oidc/logout', request => oidcLogout(tenant, request)),
    route('POST', '/oidc/logout', request => oidcLogout(tenant, request))
  ],
  async before (request, tenant) {
    await endExpiredSessions(tenant)
    return request
  }
}
