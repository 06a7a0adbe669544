import { TokenValidationError } from '../errors.js'
import { checkAccessTokenClaims } from '../tokens/claims.js'
import { peekClaims } from '../tokens/compact.js'
import { verifyJws, type VerifiedJws } from '../tokens/jws.js'
import type { AccessTokenClaims } from '../../types/tokens.js'
import type { Context, Visit } from './context.js'

const MAX_LENGTH = 16_384
/** Characters of a signature: enough to tell tokens apart before the whole is compared. */
const KEY_LENGTH = 43

/** What an API wants of a token. */
export interface AccessTokenDemands {
  /** All of these. */
  scopes?: readonly string[]
  /** All of these, from the `permissions` claim. */
  permissions?: readonly string[]
  /** Organization id (`org_…`) or name. */
  organization?: string
  /** Identifier of the API, or several; the configured one unless given. */
  audience?: string | readonly string[]
}

/** Tokens whose signature was checked, the oldest dropped first. Claims and expiry are checked at each use. */
export interface VerifiedTokens {
  get (token: string): VerifiedJws | undefined
  set (token: string, verified: VerifiedJws): void
}

export function createVerifiedTokens (maxEntries: number): VerifiedTokens {
  const entries = new Map<string, { token: string, verified: VerifiedJws }>()
  return {
    get (token) {
      const entry = entries.get(token.slice(-KEY_LENGTH))
      return entry?.token === token ? entry.verified : undefined
    },
    set (token, verified) {
      if (maxEntries === 0) return
      if (entries.size >= maxEntries) entries.delete(entries.keys().next().value!)
      entries.set(token.slice(-KEY_LENGTH), { token, verified })
    }
  }
}

/**
 * Verifies an access token for this API: signature, issuer, audience, times, scopes, permissions, organization.
 * @throws TokenValidationError, ForbiddenError for a scope or permission that is missing
 * @see RFC 9068 section 4
 */
export async function verifyAccessToken (context: Context, visit: Visit, token: string, demands: AccessTokenDemands & { audience: string | readonly string[] }): Promise<AccessTokenClaims> {
  if (token.split('.', 4).length !== 3) throw new TokenValidationError('opaque', 'The token is not a JWT. An opaque token is for /userinfo only: ask for one with this API\'s audience.')
  const server = await visit.server()
  const issuers = [server.issuer, ...context.config.api.issuers ?? []]
  const verified = context.verifiedTokens.get(token) ?? await checkSignature(context, token, issuers)
  const claims = checkAccessTokenClaims(verified.payload, {
    issuers,
    audience: demands.audience,
    now: context.now(),
    clockTolerance: context.config.clockTolerance,
    typ: verified.header.typ,
    ...(demands.scopes !== undefined && { scopes: demands.scopes }),
    ...(demands.permissions !== undefined && { permissions: demands.permissions }),
    ...(demands.organization !== undefined && { organization: demands.organization })
  })
  if (claims.cnf !== undefined) throw new TokenValidationError('bound', 'The token is bound to a key and cannot be presented as a bearer token.', { claim: 'cnf' })
  return claims
}

/** Each issuer's tokens with that issuer's keys only. */
async function checkSignature (context: Context, token: string, issuers: readonly string[]): Promise<VerifiedJws> {
  const { iss: issuer } = peekClaims(token, MAX_LENGTH)
  if (typeof issuer !== 'string' || !issuers.includes(issuer)) throw new TokenValidationError('iss', 'The token is of another issuer.', { claim: 'iss' })
  const verified = await verifyJws(token, {
    keys: context.servers.get(issuer).keys, algorithms: context.config.api.signingAlgs ?? ['RS256'], types: ['at+jwt', 'jwt'], maxLength: MAX_LENGTH
  })
  context.verifiedTokens.set(token, verified)
  return verified
}
