/** Base class of every error this package throws. `code` is stable; `statusCode` is what Fastify answers with. */
export class Auth0Error extends Error {
  readonly code: string
  readonly statusCode: number

  constructor (message: string, options: { code: string, statusCode: number, cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = options.code
    this.statusCode = options.statusCode
  }
}

/** What `ApiError` knows of the answer it stands for. `body` and `headers` come in already redacted. */
export interface ApiErrorDetails {
  /** The raw code of the API, e.g. `access_denied`. */
  code: string
  /** Human text of the API: untrusted, escape it before showing it. */
  message: string
  /** The upstream HTTP status; `0` when the error came by redirect. */
  status?: number
  /** What was called, e.g. `GET /users/{id}`. */
  call?: string | undefined
  /** What Fastify answers with; 502 unless given. */
  statusCode?: number
  description?: unknown
  body?: unknown
  headers?: Readonly<Record<string, string>>
  cause?: unknown
}

/**
 * Fastify copies the headers of an error that it finds by `Object.keys` into its own answer: Auth0's must not get
 * there. The headers may be those of another error.
 */
function notEnumerable (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const hidden = Object.getOwnPropertyNames(headers).map(name => [name, { value: headers[name], enumerable: false }])
  return Object.defineProperties({}, Object.fromEntries(hidden) as PropertyDescriptorMap) as Readonly<
    Record<string, string>
  >
}

/** Auth0 answered with an error. */
export class ApiError extends Auth0Error {
  /** The upstream HTTP status; `0` when the error came by redirect. */
  readonly status: number
  readonly description: unknown
  /** What was called, by its documented path: `GET /users/{id}`. */
  readonly call: string | undefined
  /** The answer's body without tokens; not enumerable. */
  declare readonly body: unknown
  /** The answer's headers without cookies and credentials, to be read by name; not enumerable. */
  declare readonly headers: Readonly<Record<string, string>>

  constructor (details: ApiErrorDetails) {
    super(details.message, { code: details.code, statusCode: details.statusCode ?? 502, cause: details.cause })
    this.status = details.status ?? 0
    this.description = details.description
    this.call = details.call
    Object.defineProperty(this, 'body', { value: details.body, enumerable: false })
    Object.defineProperty(this, 'headers', { value: notEnumerable(details.headers ?? {}), enumerable: false })
  }
}

/** Polling must go on (`authorization_pending`, `slow_down`) or ended without an answer. */
export class PollingApiError extends ApiError {
  /** Seconds to wait before the next poll. */
  readonly interval: number

  constructor (details: ApiErrorDetails & { interval: number }) {
    super(details)
    this.interval = details.interval
  }
}

/** A field the My Account API did not accept. */
export interface ValidationProblem {
  detail?: string
  field?: string
  pointer?: string
  source?: string
}

/** An error of the My Account API. @see RFC 7807 */
export class MyAccountApiError extends ApiError {
  readonly title: string
  readonly type: string
  readonly detail: string
  readonly validationErrors: readonly ValidationProblem[]

  constructor (
    details: ApiErrorDetails & {
      title: string,
      type: string,
      detail: string,
      validationErrors: readonly ValidationProblem[]
    }
  ) {
    super(details)
    this.title = details.title
    this.type = details.type
    this.detail = details.detail
    this.validationErrors = details.validationErrors
  }
}

/** Auth0's rate limit was reached (429). */
export class RateLimitError extends ApiError {
  /** Epoch seconds at which the limit resets; `-1` when the answer did not say. */
  readonly resetAt: number
  /** Seconds to wait, when the answer said so. */
  readonly retryAfter: number | undefined

  constructor (details: ApiErrorDetails & { resetAt: number, retryAfter?: number | undefined }) {
    super({ statusCode: 503, ...details })
    this.resetAt = details.resetAt
    this.retryAfter = details.retryAfter
  }
}

/** Factors the user may use or enroll, as `mfa_required` lists them. */
export interface MfaRequirements {
  challenge?: { type: string }[]
  enroll?: { type: string }[]
}

/** Auth0 wants a second factor before it gives tokens. */
export class MfaRequiredError extends ApiError {
  /** Sealed for this application; give it to `mfa.*`. Not enumerable. */
  declare readonly mfaToken: string
  readonly requirements: MfaRequirements

  constructor (details: ApiErrorDetails & { mfaToken: string, requirements: MfaRequirements }) {
    super({ statusCode: 403, ...details })
    Object.defineProperty(this, 'mfaToken', { value: details.mfaToken, enumerable: false })
    this.requirements = details.requirements
  }
}

/** The callback belongs to no login that this browser started, or to one that is over. */
export class MissingTransactionError extends Auth0Error {
  declare readonly code: 'missing_transaction_error'
  constructor (message = 'This login was not started in this browser, or it took too long.', cause?: unknown) {
    super(message, { code: 'missing_transaction_error', statusCode: 400, cause })
  }
}

/** A required argument was not given. */
export class MissingRequiredArgumentError extends Auth0Error {
  declare readonly code: 'missing_required_argument_error'
  readonly argument: string

  constructor (argument: string, message = `The argument "${argument}" is required.`) {
    super(message, { code: 'missing_required_argument_error', statusCode: 400 })
    this.argument = argument
  }
}

/** An argument's value cannot be used. */
export class InvalidArgumentError extends Auth0Error {
  declare readonly code: 'invalid_argument'
  readonly argument: string

  constructor (argument: string, message: string, cause?: unknown) {
    super(message, { code: 'invalid_argument', statusCode: 400, cause })
    this.argument = argument
  }
}

/** The plugin or a client was set up wrongly; thrown at registration or construction. */
export class ConfigurationError extends Auth0Error {
  declare readonly code: 'configuration_error'
  readonly option: string

  constructor (option: string, message: string, cause?: unknown) {
    super(message, { code: 'configuration_error', statusCode: 500, cause })
    this.option = option
  }
}

/** There is no session. */
export class LoginRequiredError extends Auth0Error {
  declare readonly code: 'login_required'
  constructor (message = 'Please log in.') {
    super(message, { code: 'login_required', statusCode: 401 })
  }
}

/** The reasons a `ForbiddenError` gives. */
export type ForbiddenErrorCode = 'insufficient_claims' | 'insufficient_permissions' | 'insufficient_scope'
  | 'wrong_organization' | 'cross_site_request' | 'connection_not_allowed' | 'mfa_required' | 'fresh_login_required'
  | 'insufficient_user_authentication' | 'insufficient_actor'

/** The session, or what the caller holds, does not allow this. */
export class ForbiddenError<TCode extends string = ForbiddenErrorCode> extends Auth0Error {
  declare readonly code: TCode
  constructor (code: TCode, message: string) {
    super(message, { code, statusCode: 403 })
  }
}

/** What an API demands of the user's login. @see RFC 9470 section 3 */
export interface AuthenticationDemand {
  /** Seconds at most since the user last proved who they are. */
  maxAge?: number | undefined
  /** Authentication context classes, separated by spaces, the preferred one first. */
  acrValues?: string | undefined
}

/**
 * An API demands a newer or stronger login than the access token is of. `fastify.auth0.handleStepUp` answers it.
 * @see RFC 9470 section 3
 */
export class StepUpRequiredError extends Auth0Error {
  declare readonly code: 'insufficient_user_authentication'
  /** Seconds at most since the user last proved who they are. */
  readonly maxAge: number | undefined
  /** Authentication context classes, separated by spaces, the preferred one first. */
  readonly acrValues: string | undefined

  constructor (message: string, { maxAge, acrValues }: AuthenticationDemand) {
    super(message, { code: 'insufficient_user_authentication', statusCode: 401 })
    this.maxAge = maxAge
    this.acrValues = acrValues
  }
}

/** The reasons an `AccessTokenError` gives. */
export type AccessTokenErrorCode = 'missing_session' | 'missing_refresh_token' | 'failed_to_refresh_token'
  | 'session_not_writable' | 'incorrect_audience' | 'dpop_key_mismatch'

/** No access token could be had for this session; the user must log in again unless `code` says otherwise. */
export class AccessTokenError extends Auth0Error {
  declare readonly code: AccessTokenErrorCode
  constructor (code: AccessTokenErrorCode, message: string, cause?: unknown) {
    super(message, { code, statusCode: code === 'session_not_writable' ? 500 : 401, cause })
  }
}

/** The reasons an `AccessTokenForConnectionError` gives. */
export type AccessTokenForConnectionErrorCode = 'missing_session' | 'missing_refresh_token' | 'failed_to_retrieve'
  | 'session_not_writable'

/**
 * Token Vault gave no token for a connection; for `failed_to_retrieve` the user must probably connect the account
 * first.
 */
export class AccessTokenForConnectionError extends Auth0Error {
  declare readonly code: AccessTokenForConnectionErrorCode
  constructor (code: AccessTokenForConnectionErrorCode, message: string, cause?: unknown) {
    super(message, { code, statusCode: code === 'session_not_writable' ? 500 : 401, cause })
  }
}

/** The identity provider's session ended (IPSIE `session_expiry`). */
export class SessionExpiredError extends Auth0Error {
  declare readonly code: 'session_expired'
  constructor (message = 'The session has reached the end the identity provider set for it.') {
    super(message, { code: 'session_expired', statusCode: 401 })
  }
}

/** A session store did not answer in time or failed. */
export class SessionStoreError extends Auth0Error {
  declare readonly code: 'session_store_error'
  /** Seconds after which a retry makes sense. */
  readonly retryAfter: number
  /** What Fastify adds to its answer; not enumerable. */
  declare readonly headers: Readonly<Record<string, string>>

  constructor (message: string, cause?: unknown, retryAfter = 5) {
    super(message, { code: 'session_store_error', statusCode: 503, cause })
    this.retryAfter = retryAfter
    Object.defineProperty(this, 'headers', {
      value: { 'retry-after': String(retryAfter), 'cache-control': 'no-store' },
      enumerable: false
    })
  }
}

/** The session lives in cookies, and this exchange can no longer set any. */
export class SessionNotWritableError extends Auth0Error {
  declare readonly code: 'session_not_writable'
  constructor () {
    super(
      'The session cannot be changed here: this response can no longer set the cookies that keep it. Change it ' +
        'before the response begins, or use a sessionStore.',
      { code: 'session_not_writable', statusCode: 500 }
    )
  }
}

/** Why a session is gone right after its login. */
export type SessionNotKeptReason = 'strict' | 'path' | 'domain' | 'ended' | 'unknown'

const NOT_KEPT: Record<SessionNotKeptReason, string> = {
  strict: 'its cookie is SameSite=Strict, which browsers hold back on the way from the login. Please open the page ' +
    'again. For the developer: set "sessionConfiguration.cookie.sameSite" to \'lax\'.',
  path: 'its cookie has a path that does not cover this page. For the developer: check ' +
    '"sessionConfiguration.cookie.path".',
  domain: 'its cookie has a domain that does not belong to this host. For the developer: check ' +
    '"sessionConfiguration.cookie.domain".',
  ended: 'each new session has ended at once. For the developer: check the clock, the lifetimes, the session store ' +
    'and the revocation list.',
  unknown: 'the browser did not send its cookie. Please allow cookies for this site. For the developer: check that ' +
    'no proxy removes the "Set-Cookie" header of the callback, and that the session was not ended at once.'
}

/** A login has just finished, and the browser comes without its session: another login would go in circles. */
export class SessionNotKeptError extends Auth0Error {
  declare readonly code: 'session_not_kept'
  readonly reason: SessionNotKeptReason
  /** The path of the page that was asked for. */
  readonly returnTo: string | undefined

  /** @param returnTo the path of the page that was asked for */
  constructor (reason: SessionNotKeptReason, returnTo?: string) {
    super(`You have just logged in, but your session is not there: ${NOT_KEPT[reason]}`,
      { code: 'session_not_kept', statusCode: 400 })
    this.reason = reason
    this.returnTo = returnTo
  }
}

/** The session does not fit into cookies. */
export class SessionTooLargeError extends Auth0Error {
  declare readonly code: 'session_too_large'
  /** Bytes per part of the session, largest first. */
  readonly sizes: readonly { part: string, bytes: number }[]

  constructor (message: string, sizes: readonly { part: string, bytes: number }[]) {
    super(message, { code: 'session_too_large', statusCode: 500 })
    this.sizes = sizes
  }
}

/** The reasons a `TokenValidationError` gives as `code`; `reason` says more. */
export type TokenValidationErrorCode = 'token_validation_error' | 'invalid_dpop_proof' | 'use_dpop_nonce'
  | 'organization_token_validation_error' | 'issuer_validation_error'

/** A token is not valid. `reason` is a stable code, `claim` the claim at fault. */
export class TokenValidationError extends Auth0Error {
  declare readonly code: TokenValidationErrorCode
  readonly reason: string
  readonly claim: string | undefined

  constructor (reason: string, message: string,
    options: { claim?: string, cause?: unknown, code?: TokenValidationErrorCode } = {}) {
    super(message, { code: options.code ?? 'token_validation_error', statusCode: 401, cause: options.cause })
    this.reason = reason
    this.claim = options.claim
  }
}

/** The token is for another organization than the one asked for. */
export class OrganizationTokenValidationError extends TokenValidationError {
  declare readonly code: 'organization_token_validation_error'
  constructor (claim: 'org_id' | 'org_name', message: string) {
    super('organization', message, { claim, code: 'organization_token_validation_error' })
  }
}

/** A token or an authorization response comes from another issuer than the one asked. */
export class IssuerValidationError extends TokenValidationError {
  declare readonly code: 'issuer_validation_error'
  constructor (message: string) {
    super('issuer', message, { claim: 'iss', code: 'issuer_validation_error' })
  }
}

/** A logout token was refused. */
export class BackchannelLogoutError extends Auth0Error {
  declare readonly code: 'backchannel_logout_error'
  constructor (message: string, cause?: unknown) {
    super(message, { code: 'backchannel_logout_error', statusCode: 400, cause })
  }
}

/** Linking an account could not start or finish. */
export class StartLinkUserError extends Auth0Error {
  declare readonly code: 'start_link_user_error'
  constructor (message: string, cause?: unknown) {
    super(message, { code: 'start_link_user_error', statusCode: 400, cause })
  }
}

/** The reasons a `CustomTokenExchangeError` gives. */
export type CustomTokenExchangeErrorCode = 'invalid_token_format' | 'missing_actor_token_type' | 'missing_actor_token'
  | 'token_exchange_failed' | 'invalid_response' | 'actor_unavailable' | 'setactor_required'
  | 'session_transfer_disabled'

/** A token exchange was refused, or its answer cannot be used. */
export class CustomTokenExchangeError extends Auth0Error {
  declare readonly code: CustomTokenExchangeErrorCode
  constructor (code: CustomTokenExchangeErrorCode, message: string, cause?: unknown) {
    super(message, { code, statusCode: cause === undefined && code !== 'invalid_response' ? 400 : 502, cause })
  }
}

/** The reasons a `NetworkError` gives. */
export type NetworkErrorCode = 'network_error' | 'aborted' | 'invalid_response' | 'response_too_large'
  | 'invalid_metadata' | 'event_stream_lost'

/** Auth0 could not be reached, or what came is not an HTTP answer that can be used. */
export class NetworkError extends Auth0Error {
  declare readonly code: NetworkErrorCode
  constructor (message: string, cause?: unknown, code: NetworkErrorCode = 'network_error') {
    super(message, { code, statusCode: 502, cause })
  }
}

/** Something took longer than it may. */
export class TimeoutError extends Auth0Error {
  declare readonly code: 'timeout'
  constructor (message: string, cause?: unknown) {
    super(message, { code: 'timeout', statusCode: 504, cause })
  }
}

/** Auth0 does not number more than 1,000 records of a list; the message says what to do instead. */
export class PaginationLimitError extends Auth0Error {
  declare readonly code: 'pagination_limit'
  constructor (message: string, cause?: unknown) {
    super(message, { code: 'pagination_limit', statusCode: 500, cause })
  }
}

/**
 * Any error of this package. `switch (error.code)` narrows it; the codes of `ApiError` and its kinds are Auth0's own
 * and stay open.
 */
export type AnyAuth0Error = ApiError | PollingApiError | MyAccountApiError | RateLimitError | MfaRequiredError
  | MissingTransactionError | MissingRequiredArgumentError | InvalidArgumentError | ConfigurationError
  | LoginRequiredError | ForbiddenError | StepUpRequiredError | AccessTokenError | AccessTokenForConnectionError
  | SessionExpiredError | SessionStoreError | SessionNotWritableError | SessionNotKeptError | SessionTooLargeError
  | TokenValidationError | OrganizationTokenValidationError | IssuerValidationError | BackchannelLogoutError
  | StartLinkUserError | CustomTokenExchangeError | NetworkError | TimeoutError | PaginationLimitError

/** Bundlers that minify rename classes: the `name` of an error stays what it is here. */
const NAMED = {
  Auth0Error,
  ApiError,
  PollingApiError,
  MyAccountApiError,
  RateLimitError,
  MfaRequiredError,
  MissingTransactionError,
  MissingRequiredArgumentError,
  InvalidArgumentError,
  ConfigurationError,
  LoginRequiredError,
  ForbiddenError,
  StepUpRequiredError,
  AccessTokenError,
  AccessTokenForConnectionError,
  SessionExpiredError,
  SessionStoreError,
  SessionNotWritableError,
  SessionNotKeptError,
  SessionTooLargeError,
  TokenValidationError,
  OrganizationTokenValidationError,
  IssuerValidationError,
  BackchannelLogoutError,
  StartLinkUserError,
  CustomTokenExchangeError,
  NetworkError,
  TimeoutError,
  PaginationLimitError
}
for (const [name, type] of Object.entries(NAMED)) Object.defineProperty(type, 'name', { value: name })
