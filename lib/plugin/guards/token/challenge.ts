import {
  ApiError, ForbiddenError, NetworkError, OrganizationTokenValidationError, StepUpRequiredError, TimeoutError,
  TokenValidationError, type AuthenticationDemand
} from '../../../errors.js'
import type { ApiOptions } from '../../../../types/options.js'
import type { Scheme } from './credentials.js'

/** How a request to an API is refused. */
export interface Refusal {
  statusCode: 400 | 401 | 403 | 503
  /** The error code of the RFCs; none where no credentials came. @see RFC 6750 section 3.1, RFC 9449 section 7.1 */
  error?: 'invalid_request' | 'invalid_token' | 'insufficient_scope' | 'invalid_dpop_proof' | 'use_dpop_nonce'
    | 'insufficient_user_authentication' | 'insufficient_actor'
  /** What the answer's body says. */
  code: string
  message: string
  /** The login that would be enough. @see RFC 9470 section 3 */
  authentication?: AuthenticationDemand
}

export const NO_CREDENTIALS: Refusal = {
  statusCode: 401,
  code: 'missing_token',
  message: 'This API needs an access token.'
}
export const MALFORMED: Refusal = {
  statusCode: 400,
  error: 'invalid_request',
  code: 'invalid_request',
  message: 'The request must present one access token, in one Authorization header and nowhere else.'
}
export const WRONG_SCHEME: Refusal = {
  statusCode: 401,
  error: 'invalid_token',
  code: 'invalid_token',
  message: 'This API does not take tokens in this way.'
}

/** The schemes an API takes. */
export function offered (mode: ApiOptions['dpop']): readonly Scheme[] {
  return mode === 'required' ? ['DPoP'] : mode === 'disabled' ? ['Bearer'] : ['Bearer', 'DPoP']
}

/** What an error of the check means for the caller; `undefined` for one that is not the caller's business. */
export function refusalOf (error: unknown): Refusal | undefined {
  if (error instanceof NetworkError || error instanceof TimeoutError || error instanceof ApiError) {
    return {
      statusCode: 503,
      code: error.code,
      message: 'The token cannot be checked at the moment. Please try again.'
    }
  }
  if (error instanceof StepUpRequiredError) return insufficientAuthentication(error)
  if (error instanceof ForbiddenError && error.code === 'insufficient_actor') {
    return { statusCode: 403, error: error.code, code: error.code, message: error.message }
  }
  if (error instanceof ForbiddenError) {
    return {
      statusCode: 403,
      error: 'insufficient_scope',
      code: 'insufficient_scope',
      message: error.message
    }
  }
  if (error instanceof OrganizationTokenValidationError) {
    return { statusCode: 403, error: 'insufficient_scope', code: 'wrong_organization', message: error.message }
  }
  if (!(error instanceof TokenValidationError)) return undefined
  const code = error.code === 'invalid_dpop_proof' || error.code === 'use_dpop_nonce' ? error.code : 'invalid_token'
  return { statusCode: 401, error: code, code, message: error.message }
}

/** The login that a token is of is too old, or too weak. @see RFC 9470 section 3 */
export function insufficientAuthentication ({ message, maxAge, acrValues }: StepUpRequiredError): Refusal {
  const code = 'insufficient_user_authentication'
  return { statusCode: 401, error: code, code, message, authentication: { maxAge, acrValues } }
}

/** What every challenge of a refusal says. */
export interface ChallengeFacts {
  /** The schemes the API takes. */
  mode: ApiOptions['dpop']
  /** All that the operation needs; empty where it needs no scope. */
  scopes: readonly string[]
  /** Where the API describes itself. */
  metadataUrl: string | undefined
}

/** Scopes as challenges and metadata name them: `offline_access` is for clients to ask for, not a scope of an API. */
export function withoutOfflineAccess (scopes: readonly string[] = []): readonly string[] {
  return scopes.filter(scope => scope !== 'offline_access')
}

/**
 * The values of `WWW-Authenticate`: one per scheme the API takes; the error stands with the one that was used.
 * @see RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1
 */
export function challenges ({ mode, scopes, metadataUrl }: ChallengeFacts, used: Scheme | undefined,
  refusal: Refusal): string[] {
  const schemes = offered(mode)
  const at = used !== undefined && schemes.includes(used) ? used : schemes[0]
  const scope = needsScope(refusal) ? withoutOfflineAccess(scopes).join(' ') : ''
  return schemes.map(scheme => {
    const wrong = scheme === at ? errorOf(refusal) : []
    return [
      `${scheme} realm="api"`,
      ...wrong,
      // A client reads the challenge of its own scheme.
      ...(scope !== '' && (scheme === at || refusal.error === undefined) ? [`scope="${quotable(scope, 1000)}"`] : []),
      ...(scheme === 'DPoP' ? ['algs="ES256"'] : []),
      ...(metadataUrl === undefined ? [] : [`resource_metadata="${quotable(metadataUrl, 2000)}"`])
    ].join(', ')
  })
}

/** Whether other scopes, or a new token, would help. */
function needsScope ({ statusCode, code }: Refusal): boolean {
  return statusCode === 401 || code === 'insufficient_scope'
}

function errorOf ({ error, message, authentication: { maxAge, acrValues } = {} }: Refusal): string[] {
  if (error === undefined) return []
  return [`error="${error}"`, `error_description="${quotable(message, 200)}"`,
    ...(acrValues === undefined ? [] : [`acr_values="${escaped(acrValues, 1000)}"`]),
    ...(maxAge === undefined ? [] : [`max_age="${maxAge}"`])]
}

/** A text that means something to clients: with backslashes where it needs them. @see RFC 9110 section 5.6.4 */
function escaped (value: string, length: number): string {
  return value.replace(/[^\x20-\x7e]/g, ' ').slice(0, length).replace(/["\\]/g, '\\$&')
}

/** A text that a quoted string can hold as it is. @see RFC 6750 section 3 */
function quotable (value: string, length: number): string {
  return value.replaceAll('"', "'").replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, ' ').slice(0, length)
}
