import { TokenValidationError } from '../../errors.js'
import { andThen } from '../../base/awaitable.js'
import { checkAccessTokenClaims } from '../../tokens/claims.js'
import { checkIssuer } from '../../tokens/claim-rules.js'
import { endOfSigned, peekClaims } from '../../tokens/compact.js'
import { verifyJws, type VerifiedJws, type VerifyJwsOptions } from '../../tokens/jws.js'
import { refuseToken } from '../../tokens/refuse-token.js'
import type { AccessTokenDemands } from '../../../types/guards.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { checkActorDemands } from './actor-demand.js'
import { apiIssuers } from './api-issuers.js'
import { checkAuthentication } from './authentication-demand.js'
import { VerifiedToken } from './verified-tokens.js'

const MAX_LENGTH = 16_384

/** What an API demands of a token, with every name on its own. */
export interface TokenDemands extends Omit<AccessTokenDemands, Names> {
  scopes?: readonly string[]
  anyScope?: readonly string[]
  permissions?: readonly string[]
  acr?: readonly string[]
  subjectProfile?: readonly string[]
}

type Names = 'scopes' | 'anyScope' | 'permissions' | 'acr' | 'subjectProfile'

/**
 * Verifies an access token for this API: signature, type, issuer, audience, times, organization, scopes, permissions,
 * who acts, and the login it is of.
 * The signature is checked once per token, everything else each time. Answers at once where the issuer's keys are at
 * hand.
 * @param verify what has come of the signature, where somebody has checked it by the same rules already
 * @throws TokenValidationError, ForbiddenError for a scope or permission that is missing or for who acts,
 * StepUpRequiredError; at once or by the promise
 * @see RFC 9068 section 4, RFC 9470
 */
export function verifyAccessToken (context: PluginContext, request: RequestContext, token: string,
  demands: TokenDemands & { audience: string | readonly string[] },
  verify?: () => Awaitable<VerifiedJws>): Awaitable<VerifiedToken> {
  if (endOfSigned(token) === -1) {
    throw new TokenValidationError('opaque',
      "The token is not a JWT. An opaque token is for /userinfo only: ask for one with this API's audience.")
  }
  const { config } = context
  return andThen(apiIssuers(context, request), issuers =>
    andThen(context.verifiedTokens.get(token) ?? checkSignature(context, token, issuers, verify), verified => {
      checkAccessTokenClaims(verified.claims, {
        ...demands,
        issuers,
        now: context.now(),
        clockTolerance: config.clockTolerance,
        typ: verified.header.typ,
        strict: config.api.strictType === true,
        scopeLists: config.api.scopeLists === true
      })
      checkActorDemands(verified.claims, demands, request.log)
      checkAuthentication(verified.claims, demands, {
        now: context.now(),
        clockTolerance: config.clockTolerance,
        names: config.api.claims
      })
      return verified
    }))
}

/** What the signature and the header of an API's tokens must be. */
export type JwsRules = Required<Omit<VerifyJwsOptions, 'keys'>>

const RS256 = ['RS256']
const HS256 = ['HS256']
const TYPES = ['at+jwt', 'jwt']
const STRICT_TYPES = ['at+jwt']

export function jwsRules ({ apiSecret, config: { api } }: PluginContext): JwsRules {
  return {
    algorithms: apiSecret === undefined ? api.signingAlgs ?? RS256 : HS256,
    types: api.strictType === true ? STRICT_TYPES : TYPES,
    maxLength: MAX_LENGTH
  }
}

/** Each issuer's tokens with that issuer's keys only. */
function checkSignature (context: PluginContext, token: string, issuers: readonly string[],
  verify?: () => Awaitable<VerifiedJws>): Awaitable<VerifiedToken> {
  const issuer = issuers.length === 1 ? issuers[0]! : issuerOf(token, issuers)
  const jws = verify?.() ??
    verifyJws(token, { ...jwsRules(context), keys: context.apiSecret ?? context.servers.get(issuer).keys })
  return andThen(jws, found => {
    // Before it is remembered: what one tenant's key has signed is never taken for another's.
    checkIssuer(found.payload, [issuer])
    const verified = new VerifiedToken(token, found, context.config.clockTolerance)
    context.verifiedTokens.add(verified)
    return verified
  })
}

function issuerOf (token: string, issuers: readonly string[]): string {
  const { iss } = peekClaims(token, MAX_LENGTH)
  return issuers.find(issuer => issuer === iss) ??
    refuseToken('issuer', 'The token is of another issuer.', { claim: 'iss' })
}
