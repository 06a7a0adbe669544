import { isDeepStrictEqual } from 'node:util'
import type { UserClaims } from '../../../types/session.js'
import type { SessionTokens } from '../../../types/stores.js'
import type { IdTokenClaims } from '../../../types/tokens.js'

type Claims = Readonly<Record<string, unknown>>

/** Members of an ID token that speak of the token, not of the user. */
const PROTOCOL = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'azp', 'at_hash', 'c_hash', 's_hash', 'jti',
  'sid', 'session_expiry'])

/** The user's claims of an ID token: everything but the protocol's own members. */
export function userOf (claims: IdTokenClaims): UserClaims {
  const user: Record<string, unknown> = {}
  for (const name of Object.keys(claims)) {
    if (!PROTOCOL.has(name) && name !== '__proto__') user[name] = claims[name]
  }
  return user as UserClaims
}

/** The standard claims, by the scope that asks for them. @see OpenID Connect Core sections 5.1 and 5.4 */
const PROFILE_CLAIMS = new Map(Object.entries({
  profile: ['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile', 'picture',
    'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified']
}).flatMap(([scope, names]) => names.map((name): [string, string] => [name, scope])))

/** What says how, as whom and where a user logged in: a refresh does not change it. */
const LOGIN_CLAIMS: ReadonlySet<string> = new Set(['sub', 'auth_time', 'amr', 'acr', 'act', 'org_id', 'org_name'])

/** What guards decide on: only a signed token says it. */
function isSecurityClaim (name: string): boolean {
  return LOGIN_CLAIMS.has(name) || PERMISSIONS.has(name) || name.startsWith('org_')
}

/** The user's permissions, and those for Auth0's My Organization API. */
const PERMISSIONS: ReadonlySet<string> = new Set(['permissions', 'urn:auth0:my_org_current_user_permissions'])

/** The claims of `/userinfo` that a login may add to those of the ID token, which wins on every claim it has. */
export function userInfoClaims (info: UserClaims): Record<string, unknown> {
  const claims = userOf(info as unknown as IdTokenClaims)
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !isSecurityClaim(name)))
}

/** The claims of `/userinfo` that replace those of a session. */
export function profileClaims (info: UserClaims): Record<string, unknown> {
  return Object.fromEntries(Object.entries(info).filter(([name]) => PROFILE_CLAIMS.has(name)))
}

/** Names of the claims of a user that the ID token does not have, or has with another value. */
export function extraClaims (user: Claims, claims: Claims): string[] {
  // Most are the very same, and Node loads what compares the others when it is first called.
  return Object.keys(user).filter(name =>
    !Object.is(user[name], claims[name]) && !isDeepStrictEqual(user[name], claims[name]))
}

/** The tokens, with what is known now of where the user's claims come from. */
export function withExtraClaims (tokens: SessionTokens,
  change: { gone?: readonly string[] | undefined, added: readonly string[] }): SessionTokens {
  const { extraClaims: before } = tokens
  // A session that began before this was noted: nobody knows.
  if (before === undefined) return tokens
  const after = [...new Set([...before.filter(name => change.gone?.includes(name) !== true), ...change.added])]
  return isDeepStrictEqual(before, after) ? tokens : { ...tokens, extraClaims: after }
}

/**
 * What a refreshed ID token makes of a session's claims: its own, and `undefined` for those that an earlier one brought
 * and this one lacks. Claims of scopes that were not granted this time are no business of its.
 * @param granted scopes of the answer; all that the login was granted, where the answer does not say
 */
export function refreshedClaims (user: UserClaims, claims: IdTokenClaims, { extraClaims: extra }: SessionTokens,
  granted: string | undefined): Record<string, unknown> {
  const scopes = granted?.split(' ')
  const fresh = userOf(claims) as Record<string, unknown>
  const changes: Record<string, unknown> = {}
  for (const name of Object.keys(user)) {
    if (name in fresh || LOGIN_CLAIMS.has(name) || extra === undefined || extra.includes(name)) continue
    const scope = PROFILE_CLAIMS.get(name)
    if (scope === undefined || scopes === undefined || scopes.includes(scope)) changes[name] = undefined
  }
  return { ...changes, ...fresh }
}

/** Whether claims are of the organization that a user logged in to; of none, where the user logged in to none. */
export function isSameOrganization (user: Claims, claims: Claims): boolean {
  return user['org_id'] === undefined && claims['org_id'] === undefined
    ? user['org_name'] === claims['org_name']
    : user['org_id'] === claims['org_id']
}
