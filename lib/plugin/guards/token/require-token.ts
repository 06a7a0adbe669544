import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessTokenDemands } from '../../../../types/guards.js'
import { appPath } from '../../../flows/app-path.js'
import { verifyAccessToken, type TokenDemands } from '../../../flows/api/access-token-check.js'
import type { ApiResource, Config } from '../../../flows/config.js'
import type { PluginContext } from '../../../flows/context.js'
import { metUntil } from '../../../flows/api/authentication-demand.js'
import { checkCertificate, isBoundToCertificate } from '../../../flows/api/certificate-binding.js'
import { refuseBound, verifyTokenProof } from '../../../flows/api/token-proof.js'
import { VerifiedToken } from '../../../flows/api/verified-tokens.js'
import type { VerifiedJws } from '../../../tokens/jws.js'
import type { Awaitable } from '../../../../types/stores.js'
import { registrationOf, type Registration } from '../../request/registration.js'
import { appBaseOf, type FastifyRequestContext } from '../../request/request-context.js'
import { requestState } from '../../request/request-state.js'
import { targetInApp } from '../../request/request-target.js'
import { closeToCaches } from '../../request/response-headers.js'
import { challenges, MALFORMED, NO_CREDENTIALS, offered, refusalOf, WRONG_SCHEME, type Refusal } from './challenge.js'
import { clientCertificate } from './client-certificate.js'
import { presentsOnce, readCredentials, type Scheme } from './credentials.js'
import { answerDenied } from '../denial.js'
import { factory } from '../factory.js'
import { askedScopes } from '../guard/asked.js'
import { PASS, type Guard } from '../guard/guard.js'
import { guard } from '../guard/make-guard.js'
import type { Security } from '../guard/traits.js'
import { PassedTokens } from './passed-tokens.js'
import { planOf, type Plan } from './plan.js'
import { audienceOf, checkAudience, isFixed, isForeign, metadataUrl, refuseForeign } from './resource.js'
import { checkTokenDemands } from './token-demands.js'

/** Seconds after which a token may be tried again when the keys could not be fetched. */
const RETRY_AFTER = 5

/**
 * Guard of an API: a bearer or DPoP access token in the `Authorization` header, for this API, with these scopes and
 * permissions.
 * `request.auth0.token` then holds its claims. Refusals are those of the RFCs: 401 and 403 with challenges, 503 while
 * keys cannot be had.
 * @throws ConfigurationError for demands that are not known
 * @see RFC 6750 section 3, RFC 9068 section 4, RFC 9449 section 7
 */
export const requireToken = factory('requireToken', (given: AccessTokenDemands = {}): Guard => {
  const demands = checkTokenDemands(given)
  const passed = new PassedTokens()
  /** What the options of the registration that was asked last make of the demands. */
  let plan: Plan | undefined
  return guard({
    security: [...anonymous(demands), { bearer: [] }, { openIdConnect: demands.scopes ?? [] }],
    scopes: scopesOf(demands),
    checkSetup: config => {
      checkAudience(config, demands)
    }
  }, (guardRequest, guardReply) => {
    const request = guardRequest as FastifyRequest
    const reply = guardReply as FastifyReply
    const registration = registrationOf(request)
    const { context } = registration
    if (plan === undefined || plan.context !== context) plan = planOf(context, demands)
    const { resource, ordinary } = plan
    if (resource !== undefined && isForeign(resource, request)) return refuseForeign(request, reply)
    const { authorization } = request.headers
    let signature: Signature | undefined
    if (authorization?.startsWith('Bearer ') === true && presentsOnce(request.raw)) {
      const token = authorization.slice(7)
      const requestContext = registration.requestContext(request)
      let verified = context.verifiedTokens.get(token)
      if (verified !== undefined) {
        if (context.now() >= passed.until(verified)) verified = undefined
      } else if (ordinary !== undefined && (resource !== undefined || requestContext.resource === undefined)) {
        const found = ordinary.take(token)
        if (found instanceof VerifiedToken) {
          verified = found
          passed.add(verified, verified.expiresAt)
        } else {
          signature = { token, verify: found }
        }
      }
      if (verified !== undefined) {
        requestContext.bearerToken = verified
        if (resource !== undefined) requestContext.resource = resource
        return PASS
      }
    }
    return check({ registration, request, reply, demands, passed, resource, signature })
  })
})

/** What has come of a token's signature. */
interface Signature {
  token: string
  verify: () => Awaitable<VerifiedJws>
}

/** For OpenAPI documents: nothing, beside what else is accepted. @see OpenAPI 3.1 section 4.8.30 */
export function anonymous ({ optional }: TokenDemands): readonly Security[] {
  return optional === true ? [{}] : []
}

/** One question of the guard. */
interface Asked {
  registration: Registration
  request: FastifyRequest
  reply: FastifyReply
  demands: TokenDemands
  passed: PassedTokens
  /** The resource the guard is for. */
  resource: ApiResource | undefined
  /** Where the guard has looked at it already. */
  signature: Signature | undefined
}

/** Makes no promise for a bearer token whose issuer's keys are at hand. */
function check ({ registration, request, reply, demands, passed, resource: own, signature }: Asked): Promise<void> {
  const { context } = registration
  const { config } = context
  const requestContext = registration.requestContext(request)
  // A guard that names neither asks more of the caller whom the guard before has let in.
  const resource = own ?? (demands.audience === undefined ? requestContext.resource : undefined)
  const mode = resource === undefined ? config.api.dpop : resource.dpop

  const answer = (refusal: Refusal, scheme?: Scheme, error?: unknown): Promise<void> =>
    answerRefusal(context, request, reply, refusal, () => challenges({
      mode,
      scopes: [...new Set([...askedScopes(requestState(request)), ...scopesOf(demands)])],
      metadataUrl: metadataUrl(config, resource, request)
    }, scheme, refusal), error)

  const { authorization } = request.headers
  const credentials = readCredentials(authorization)
  const isAnonymous = demands.optional === true && authorization === undefined
  if (isAnonymous && presentsOnce(request.raw)) return PASS
  if (credentials === 'none' && !isAnonymous) return answer(NO_CREDENTIALS)
  if (credentials === 'none' || credentials === 'malformed' || !presentsOnce(request.raw)) return answer(MALFORMED)
  const { scheme, token } = credentials
  if (!offered(mode).includes(scheme)) return answer(WRONG_SCHEME, scheme)

  function accept (verified: VerifiedToken): Promise<void> {
    if (resource !== undefined) requestContext.resource = resource
    if (scheme === 'DPoP') return acceptBound(context, request, reply, requestContext, verified)
    refuseBound(verified)
    if (isBoundToCertificate(verified)) checkCertificate(verified, clientCertificate(config.api, request))
    else if (resource === own && isFixed(own) && isSettled(config, demands)) {
      passed.add(verified, Math.min(verified.expiresAt,
        metUntil(verified.claims, demands, config.api.claims, config.clockTolerance)))
    }
    requestContext.bearerToken = verified
    return PASS
  }

  async function refuse (error: unknown): Promise<void> {
    const refusal = refusalOf(error)
    if (refusal === undefined) throw error
    await answer(refusal, scheme, error)
  }

  try {
    const audience = audienceOf(config, demands, resource, request)
    const verified = verifyAccessToken(context, requestContext, token, { ...demands, audience },
      signature?.token === token ? signature.verify : undefined)
    const accepted = verified instanceof Promise ? verified.then(accept) : accept(verified)
    return accepted === PASS ? PASS : accepted.catch(refuse)
  } catch (error) {
    return refuse(error)
  }
}

/** Whether the next request with the same token is decided alike, whatever else it says. */
export function isSettled ({ api, issuer }: Pick<Config, 'api' | 'issuer'>, { actor }: TokenDemands): boolean {
  return issuer !== undefined && typeof api.issuers !== 'function' && typeof actor !== 'function'
}

async function acceptBound (context: PluginContext, request: FastifyRequest, reply: FastifyReply,
  requestContext: FastifyRequestContext, verified: VerifiedToken): Promise<void> {
  const proof = request.headers.dpop
  // The guard before has spent the request's proof.
  if (requestContext.bearerToken?.token !== verified.token || requestContext.proof !== proof) {
    await verifyTokenProof(context, verified, { proof, method: request.method, url: urlOf(context, request) })
    requestContext.proof = proof as string
  }
  if (isBoundToCertificate(verified)) checkCertificate(verified, clientCertificate(context.config.api, request))
  bringNonce(context, reply)
  requestContext.bearerToken = verified
}

/** What the caller's proof must be for, whatever the request says about its host. */
function urlOf ({ config }: PluginContext, request: FastifyRequest): string {
  const base = appBaseOf(config.appBases, request)
  return base.origin + appPath(base, targetInApp(request, base))
}

/** Hands out the nonce the next proof must carry. @see RFC 9449 section 8.2 */
function bringNonce ({ dpopNonces, now }: PluginContext, reply: FastifyReply): void {
  if (dpopNonces !== undefined) reply.header('dpop-nonce', dpopNonces.current(now()))
}

/** All that a guard asks for by name. */
function scopesOf ({ scopes = [], anyScope = [], permissions = [] }: TokenDemands): readonly string[] {
  return [...scopes, ...anyScope, ...permissions]
}

/** Refuses a token that this guard has let pass and a guard behind it has not. */
export async function refusePassed ({ context }: Registration, { resource }: FastifyRequestContext,
  request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<void> {
  const { config } = context
  const { scheme } = readCredentials(request.headers.authorization) as { scheme?: Scheme }
  await answerRefusal(context, request, reply, refusal, () => challenges({
    mode: resource === undefined ? config.api.dpop : resource.dpop,
    scopes: askedScopes(requestState(request)),
    metadataUrl: metadataUrl(config, resource, request)
  }, scheme, refusal))
}

async function answerRefusal (context: PluginContext, request: FastifyRequest, reply: FastifyReply, refusal: Refusal,
  challenge: () => string[], error?: unknown): Promise<void> {
  const { statusCode, code, message } = refusal
  requestState(request).deniedAs = code
  context.emit({
    type: 'denied',
    outcome: 'failure',
    reason: code,
    blame: statusCode === 503 ? 'upstream' : 'user',
    requestId: request.id
  }, request.log, error)
  closeToCaches(reply)
  if (statusCode === 503) {
    reply.header('retry-after', String(RETRY_AFTER))
  } else {
    bringNonce(context, reply)
    reply.header('www-authenticate', challenge())
  }
  await answerDenied(reply, statusCode, code, message)
}
