import {
  ApiError, MfaRequiredError, MyAccountApiError, PollingApiError, RateLimitError, type ApiErrorDetails,
  type MfaRequirements, type ValidationProblem
} from '../errors.js'
import { isObject, parseSafely } from '../base/json.js'
import { mediaType } from './json.js'
import { redactHeaders, redactText, redactValue } from './redact.js'
import { quotaDelay } from './quota.js'
import { resetAt, retryAfter } from './retry.js'
import type { HttpResponse } from './send.js'
import { answerStatus, phraseOf } from './status.js'

/** What is known where an answer turned out to be an error. */
interface ErrorContext {
  /** What was asked for, for the message. */
  what: string
  /** Epoch seconds. */
  now: number
  /** Values that were sent and must not come back in a message. */
  secrets?: readonly string[] | undefined
  /** The call by its documented path, for `ApiError.call`. */
  call?: string | undefined
  /**
   * Whose answer it is, where that counts: the Management API's message names the call, the My Account API has an
   * error of its own.
   */
  api?: 'management' | 'my-account'
  /** A sentence at the end of the message. */
  advice?: string | undefined
}

const MAX_TEXT = 500

/**
 * The error an answer stands for, whatever form its body has. Nothing in it holds a token, a cookie or what was sent.
 */
export function toApiError (
  response: HttpResponse,
  { what, now, secrets = [], call, api, advice }: ErrorContext
): ApiError {
  const body = readBody(response)
  const isMyAccountProblem = api === 'my-account' && isProblem(body)
  const code = codeOf(body, secrets) ?? (isMyAccountProblem ? 'my_account_api_error' : phraseOf(response.status))
  const told = messageOf(body)
  const text = told === undefined ? `${what} was answered with HTTP ${response.status}.` : told + failedFields(body)
  const details: ApiErrorDetails = {
    code,
    message:
      redactText(api === 'management' && told !== undefined ? `${what}: ${text}` : text, secrets).slice(0, MAX_TEXT) +
      (advice === undefined ? '' : ` ${advice}`),
    status: response.status,
    call,
    description: redactValue(body.error_description ?? body.description ?? body.detail, secrets),
    body: redactValue(body, secrets),
    headers: redactHeaders(response.headers, secrets),
    ...answerStatus(code)
  }
  if (response.status === 429) return rateLimit(details, response, now)
  if (code === 'mfa_required' && isText(body.mfa_token)) {
    return new MfaRequiredError({
      ...details,
      mfaToken: body.mfa_token,
      requirements: requirementsOf(redactValue(body.mfa_requirements, secrets))
    })
  }
  if (code === 'authorization_pending' || code === 'slow_down') {
    return new PollingApiError({ ...details, interval: retryAfter(response.headers, now) ?? 5 })
  }
  return isMyAccountProblem ? problem(details, body, secrets) : new ApiError(details)
}

function rateLimit (details: ApiErrorDetails, { headers }: HttpResponse, now: number): RateLimitError {
  const wait = retryAfter(headers, now) ?? quotaDelay(headers)
  return new RateLimitError({ ...details, resetAt: resetAt(headers), retryAfter: wait })
}

function problem (details: ApiErrorDetails, body: Record<string, unknown>,
  secrets: readonly string[]): MyAccountApiError {
  const text = (value: unknown): string => isText(value) ? redactText(value, secrets) : ''
  const problems = Array.isArray(body.validation_errors)
    ? redactValue(body.validation_errors, secrets) as ValidationProblem[]
    : []
  return new MyAccountApiError({
    ...details,
    title: text(body.title),
    type: text(body.type),
    detail: text(body.detail),
    validationErrors: problems
  })
}

/**
 * The body as an object; text that may be shown becomes its `message`. Pages of proxies say nothing to a user and are
 * dropped.
 */
function readBody (response: HttpResponse): Record<string, unknown> {
  const type = mediaType(response)
  if (type.includes('html')) return {}
  const value = parseSafely(response.body)
  if (isObject(value)) return value
  const text = response.body.trim()
  return value === undefined && type === 'text/plain' && text !== '' && !text.startsWith('<') ? { message: text } : {}
}

/** The API's own stable code, if it gives one. One that holds a secret is none. */
function codeOf (body: Record<string, unknown>, secrets: readonly string[]): string | undefined {
  const given = [body.errorCode, body.error, body.code].find(isText)
  if (given === undefined || redactText(given, secrets) !== given) return undefined
  return /^[\w.:-]{1,100}$/.test(given) && !/^[A-Z]/.test(given) ? given : snakeCase(given)
}

/** `Bad Request` of the Management API becomes `bad_request`; a sentence is no code. */
function snakeCase (phrase: string): string | undefined {
  return /^[A-Za-z]+(?: [A-Za-z]+){0,3}$/.test(phrase) ? phrase.toLowerCase().replaceAll(' ', '_') : undefined
}

const MAX_FIELDS = 10

/** The fields that were refused, and why: ` (email: must be an e-mail address; …)`. */
function failedFields ({ validation_errors: problems }: Record<string, unknown>): string {
  if (!Array.isArray(problems)) return ''
  const named = problems.filter(isObject).flatMap(({ field, pointer, detail, message }) => {
    const name = [field, pointer].find(isText)
    const reason = [detail, message].find(isText)
    return name === undefined ? [] : [reason === undefined ? name : `${name}: ${reason}`]
  })
  if (named.length === 0) return ''
  return ` (${named.slice(0, MAX_FIELDS).join('; ')}${named.length > MAX_FIELDS ? '; …' : ''})`
}

function messageOf (body: Record<string, unknown>): string | undefined {
  return [body.error_description, body.message, body.description, body.detail, body.errorMessage, body.title,
    body.error].find(isText)
}

function isProblem (body: Record<string, unknown>): boolean {
  return isText(body.title) && (isText(body.type) || isText(body.detail))
}

function requirementsOf (value: unknown): MfaRequirements {
  if (!isObject(value)) return {}
  return { ...factorList('challenge', value.challenge), ...factorList('enroll', value.enroll) }
}

function factorList (name: 'challenge' | 'enroll', value: unknown): MfaRequirements {
  if (!Array.isArray(value)) return {}
  const factors = value.filter((factor): factor is { type: string } => isObject(factor) && isText(factor.type))
  return { [name]: factors.map(({ type }) => ({ type })) }
}

function isText (value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
