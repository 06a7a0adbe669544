import { hkdfSync } from 'node:crypto'
import type { ConnectionTokenSet, TokenSet } from '../../../types/tokens.js'
import { isObject } from '../../base/json.js'
import { openDirectJwe } from './direct-jwe.js'
import { customFields, numberOf, textOf, type SessionFormat } from './imported-session.js'

/** Seconds `@auth0/auth0-fastify` forgives after a cookie's end. */
const TOLERANCE = 15

/** Members of a session that are the library's, and those of the JWT around it. */
const OWN = ['user', 'idToken', 'refreshToken', 'tokenSets', 'connectionTokenSets', 'domain', 'sessionExpiresAt',
  'internal', 'iat', 'exp', 'nbf', 'uat', 'jti']

/**
 * Cookies of `@auth0/auth0-fastify` (`@auth0/auth0-server-js`): a key of its own for each cookie, by HKDF over the name
 * and a random `kid`.
 */
export const auth0Fastify: SessionFormat = {
  cookie: '__a0_session',

  open (value, { name, secrets, now, scope }) {
    const { payload } =
      openDirectJwe(value, 'A256CBC-HS512', ({ kid }) =>
        secrets.map(secret =>
          Buffer.from(hkdfSync('sha256', secret, `${name}${String(kid)}`, 'derived cookie encryption secret', 64))
        )) ?? {}
    if (!isObject(payload) || !isObject(payload.user) || !isObject(payload.internal)) return undefined
    const createdAt = numberOf(payload.internal.createdAt)
    if (createdAt === undefined || !(Number(payload.exp) + TOLERANCE > now)) return undefined
    return {
      claims: payload.user,
      createdAt,
      custom: customFields(payload, OWN),
      tokenSets: list(payload.tokenSets).map(set => tokenSet(set, scope)).filter(isUsable),
      connectionTokenSets: list(payload.connectionTokenSets).map(connectionTokenSet).filter(isUsable),
      sid: textOf(payload.internal.sid),
      domain: textOf(payload.domain),
      ceiling: numberOf(payload.sessionExpiresAt),
      refreshToken: textOf(payload.refreshToken),
      idToken: textOf(payload.idToken)
    }
  }
}

function isUsable ({ accessToken }: { accessToken: string }): boolean {
  return accessToken !== ''
}

function list (value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** The library names the set of a login without an API `default`. */
function tokenSet (set: Record<string, unknown>, configured: string): TokenSet {
  const audience = textOf(set.audience)
  const scope = textOf(set.scope) ?? configured
  return {
    accessToken: textOf(set.accessToken) ?? '',
    tokenType: 'Bearer',
    scope,
    requestedScope: scope,
    expiresAt: numberOf(set.expiresAt) ?? 0,
    ...(audience !== undefined && audience !== 'default' && { audience })
  }
}

function connectionTokenSet (set: Record<string, unknown>): ConnectionTokenSet {
  const loginHint = textOf(set.loginHint)
  return {
    accessToken: textOf(set.accessToken) ?? '',
    scope: textOf(set.scope) ?? '',
    expiresAt: numberOf(set.expiresAt) ?? 0,
    connection: textOf(set.connection) ?? '',
    ...(loginHint !== undefined && { loginHint })
  }
}
