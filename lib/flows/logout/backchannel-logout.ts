import { requireText } from '../../authentication/server/arguments.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { BackchannelLogoutError, InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { verifyLogoutToken } from '../../tokens/logout-token.js'
import type { SessionFilter, SessionListing } from '../../../types/stores.js'
import { requireOptions } from '../call-options.js'
import type { PluginContext } from '../context.js'
import { pseudonym } from '../events.js'

/** Seconds within which a logout token must have been made. */
const MAX_AGE = 300

/**
 * Verifies a logout token and ends the sessions it names: the one of its `sid` (of its `sub`, where it names both), or
 * without one all of its `sub`.
 * @throws BackchannelLogoutError when the token is refused
 * @see OpenID Connect Back-Channel Logout section 2.6
 */
export async function handleBackchannelLogout (context: PluginContext, server: AuthorizationServer,
  logoutToken: unknown): Promise<void> {
  if (typeof logoutToken !== 'string' || logoutToken === '') throw new MissingRequiredArgumentError('logout_token')
  const now = context.now()
  const { clockTolerance } = context.config
  const claims = await verifyLogoutToken(logoutToken, {
    keys: server.keys,
    algorithms: [context.config.idTokenSigningAlg === 'HS256' ? 'RS256' : context.config.idTokenSigningAlg],
    issuer: server.issuer,
    clientId: context.config.clientId,
    now,
    clockTolerance,
    maxAge: MAX_AGE
  })
  const { iss, jti, iat } = claims
  if (context.logoutTokens.has(jti, iat, now, iss)) {
    throw new BackchannelLogoutError('The logout token was used before.')
  }
  await revokeEverywhere(context, iss, {
    ...(claims.sid !== undefined && { sid: claims.sid }),
    ...(claims.sub !== undefined && { sub: claims.sub })
  })
  // The token came a second time while it was being carried out: that is told of once.
  if (context.logoutTokens.has(jti, iat, now, iss)) return
  // Only now: what a failing store did not carry out, Auth0 may send again. Remembered until the token is too old.
  context.logoutTokens.add(jti, { at: iat, until: iat + MAX_AGE + clockTolerance + 1 }, now, iss)
  warnOfMemory(context)
  context.emit({
    type: 'backchannel_logout',
    outcome: 'success',
    reason: 'backchannel_logout',
    blame: 'none',
    domain: server.domain,
    ...(claims.sub !== undefined && { user: pseudonym(claims.iss, claims.sub) })
  })
}

const warned = new WeakSet<PluginContext>()

/** Says, once, that sessions in cookies live on in other processes and after a restart. */
function warnOfMemory (context: PluginContext): void {
  const { sessionStore, revocationStore } = context.config
  if (sessionStore !== undefined || revocationStore !== undefined || process.env.NODE_ENV !== 'production') return
  if (warned.has(context)) return
  warned.add(context)
  context.emit({ type: 'warning', outcome: 'failure', reason: 'revocations_in_memory', blame: 'application' })
}

/** Which sessions `revokeSessions()` ends: exactly one of the three. */
export interface RevokeSessionsFilter {
  /** The user's id. */
  sub?: string
  /** Id of the Auth0 session. */
  sid?: string
  /** Id of the organization, `org_…`; not its name, by which no session is found. */
  organization?: string
}

/**
 * Ends sessions of any browser: of a user, of an Auth0 session, or of an organization.
 * @returns how many there were, where the store can tell; 0 in stateless mode
 * @throws InvalidArgumentError for anything but exactly one of them, and for an organization's name
 */
export async function revokeSessions (context: PluginContext, server: AuthorizationServer,
  filter: RevokeSessionsFilter): Promise<number> {
  requireOptions(filter)
  const given = (['sub', 'sid', 'organization'] as const).filter(name => filter[name] !== undefined)
  if (given.length !== 1) {
    throw new InvalidArgumentError('filter', 'Give exactly one of "sub", "sid" and "organization".')
  }
  const value = filter[given[0]!]
  if (typeof value !== 'string' || value === '') {
    throw new InvalidArgumentError(given[0]!, `The filter "${given[0]!}" must be a non-empty string.`)
  }
  if (given[0] === 'organization' && !value.startsWith('org_')) {
    throw new InvalidArgumentError('organization',
      'The filter "organization" must be the id of an organization ("org_…"): sessions are not found by its name.')
  }
  return await revokeEverywhere(context, server.issuer, { [given[0]!]: value })
}

/** Ends sessions of an issuer, and of the former ones, whose sessions stay valid. */
async function revokeEverywhere (context: PluginContext, issuer: string,
  filter: Omit<SessionFilter, 'iss'>): Promise<number> {
  let ended = 0
  for (const iss of issuersOf(context, issuer)) ended += await context.sessions.revoke({ iss, ...filter })
  return ended
}

function issuersOf ({ config }: PluginContext, issuer: string): Set<string> {
  return new Set([issuer, ...config.formerIssuers])
}

/**
 * A user's live sessions, newest first.
 * @throws InvalidArgumentError in stateless mode, where nobody can know them
 */
export async function listSessions (context: PluginContext, server: AuthorizationServer,
  filter: { sub: string }): Promise<SessionListing[]> {
  requireText(filter, 'sub')
  if (context.sessions.list === undefined) {
    throw new InvalidArgumentError('sessionStore',
      'Sessions can be listed only with a "sessionStore": in stateless mode they are in the browsers.')
  }
  const { list } = context.sessions
  const found = await Promise.all(
    [...issuersOf(context, server.issuer)].map(async iss => await list({ iss, sub: filter.sub }))
  )
  return found.flat()
}
