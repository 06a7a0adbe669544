import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { isPromiseLike } from '../../base/awaitable.js'
import { TokenValidationError } from '../../errors.js'
import { checkIdTokenClaims } from '../../tokens/claims.js'
import { verifyJws } from '../../tokens/jws.js'
import { secretKey, type KeySource } from '../../tokens/keys.js'
import type { IdTokenClaims } from '../../../types/tokens.js'
import type { Config } from '../config.js'
import type { PluginContext } from '../context.js'

/** Characters; claims may hold a picture. Whether the session has room for them is for its store to say. */
const MAX_LENGTH = 196_608
/** A fresh login's ID token was just made; an older one was kept back. Seconds. */
const MAX_AGE_AT_LOGIN = 3600

/** What a flow knows about the ID token it was given. */
interface IdTokenContext {
  nonce?: string | undefined
  maxAge?: number | undefined
  organization?: string | undefined
  acrValues?: string | undefined
  accessToken?: string | undefined
  /** Whether the token comes from a login just now rather than from a refresh. */
  fresh?: boolean
}

/**
 * Verifies an ID token in full: signature, then every claim.
 * @throws TokenValidationError, IssuerValidationError, OrganizationTokenValidationError
 * @see OpenID Connect Core section 3.1.3.7
 */
export async function verifyIdToken (context: PluginContext, server: AuthorizationServer, idToken: unknown,
  expected: IdTokenContext): Promise<IdTokenClaims> {
  if (typeof idToken !== 'string') throw new TokenValidationError('missing', 'The token response holds no ID token.')
  const { config } = context
  const { nonce, maxAge, organization, acrValues, accessToken, fresh } = expected
  const alg = config.idTokenSigningAlg
  const keys = alg === 'HS256' ? secretOf(config) : server.keys
  const verified = verifyJws(idToken, { keys, algorithms: listOf(alg), maxLength: MAX_LENGTH })
  const { header, payload } = isPromiseLike(verified) ? await verified : verified
  return checkIdTokenClaims(payload, {
    nonce,
    maxAge,
    organization,
    acrValues,
    accessToken,
    issuer: server.issuer,
    clientId: config.clientId,
    now: context.now(),
    clockTolerance: config.clockTolerance,
    alg: header.alg,
    maxTokenAge: fresh === true ? MAX_AGE_AT_LOGIN : undefined
  })
}

/** The list of one algorithm, always the same: by it a header is known again that was checked before. */
const lists = new Map<string, readonly string[]>()

function listOf (alg: string): readonly string[] {
  let list = lists.get(alg)
  if (list === undefined) lists.set(alg, list = [alg])
  return list
}

/** The key of each registration that has HS256. */
const secrets = new WeakMap<Config, KeySource>()

function secretOf (config: Config): KeySource {
  let known = secrets.get(config)
  if (known === undefined) secrets.set(config, known = secretKey(config.clientSecret!))
  return known
}
