import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ApiError, Auth0Error, OrganizationTokenValidationError, RateLimitError, SessionNotKeptError, SessionStoreError,
  TokenValidationError
} from '../../errors.js'
import type { PluginContext } from '../../flows/context.js'
import type { Auth0Options } from '../../../types/options.js'
import { hookAnswer } from '../request/hook-answer.js'
import { phraseOf } from '../../http/status.js'
import { isNavigation } from '../request/navigation.js'
import { waysOn } from '../request/ways-on.js'
import { answerPage, errorPage } from './error-page.js'
import { messageIn, textsFor } from './page-texts.js'
import { answerPopup, popupScript } from './popup-page.js'

/** What an error says to the outside. */
interface PublicError {
  statusCode: number
  code: string
  message: string
}

/** What an answer to an error may differ in. */
interface ErrorAnswer {
  /** Where the page's link "Try again" leads; the login route unless given. */
  retry?: string | undefined
  /** The application's hook; `onError` unless given. */
  hook?: Auth0Options['onError']
  /** The status of a payload that the hook returns; that of the error unless given. */
  status?: number | undefined
  /** Whether the page is a popup's last one, which tells the application's own pages. */
  popup?: boolean
}

const retries = new WeakMap<FastifyRequest, string>()

/**
 * Where the link "Try again" leads, for an error that is thrown on: the application's `onError` hooks of Fastify must
 * see it.
 */
export function offerRetry (request: FastifyRequest, retry: string | undefined): void {
  if (retry !== undefined) retries.set(request, retry)
}

/** Answers a failure of one of the plugin's routes: by the application's hook, or else by the built-in page or JSON. */
export async function answerFailure (context: PluginContext, error: unknown, request: FastifyRequest,
  reply: FastifyReply, how: ErrorAnswer = {}): Promise<FastifyReply> {
  const { hook = context.config.onError } = how
  if (reply.sent) return reply
  if (hook === undefined) return answerError(context, error, request, reply, how)
  let failure = error
  try {
    const known = error instanceof Error ? error : new Error('The request failed.')
    const { answered, payload } = await hookAnswer(reply, () => hook(known, request, reply))
    if (answered) return reply
    if (payload !== undefined) {
      if (reply.statusCode === 200) reply.code(how.status ?? publicError(error).statusCode)
      return reply.send(payload)
    }
  } catch (thrown) {
    failure = thrown
  }
  return answerError(context, failure, request, reply, how)
}

/** Turns an error into an answer; a visitor is told only what is a visitor's business. */
function answerError (context: PluginContext, error: unknown, request: FastifyRequest, reply: FastifyReply,
  { retry, popup = false }: ErrorAnswer): FastifyReply {
  const shown = publicError(error)
  if (!(error instanceof Auth0Error)) {
    if (shown.statusCode >= 500) request.log.error({ err: error }, 'auth0: unexpected error')
    reply.headers((error as { headers?: Record<string, string> } | null)?.headers ?? {})
  }
  sayWhenToComeBack(error, reply)
  reply.code(shown.statusCode)
  if (!isNavigation(request) && request.headers.accept?.includes('text/html') !== true) {
    return reply.type('application/json; charset=utf-8').send(bodyOf(shown))
  }
  const { home, login, logout, origin } = waysOn(context, request)
  const texts = textsFor(context.config, request)
  const about = {
    ...shown,
    reference: request.id,
    home,
    logout,
    retry: (error instanceof SessionNotKeptError ? error.returnTo : retry ?? retries.get(request)) ?? login
  }
  if (!popup || origin === undefined) return answerPage(reply, shown.statusCode, errorPage(texts, about))
  const { code } = shown
  const message = messageIn(texts, code, shown.message)
  return answerPopup(reply, shown.statusCode,
    errorPage(texts, about, popupScript(origin, { outcome: 'failure', code, message })))
}

/** The JSON body of an answer to an error. */
export function bodyOf ({ statusCode, code, message }: PublicError): object {
  return { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Error', message }
}

/** `Retry-After` for a failure that passes. */
export function sayWhenToComeBack (error: unknown, reply: FastifyReply): void {
  const wait = error instanceof RateLimitError
    ? error.retryAfter ?? 5
    : error instanceof SessionStoreError ? error.retryAfter : undefined
  if (wait !== undefined) reply.header('retry-after', String(Math.ceil(wait)))
}

/** A token that does not hold is the tenant's fault; a wrong organization is the user's. */
export function publicError (error: unknown): PublicError {
  if (error instanceof OrganizationTokenValidationError) {
    return {
      statusCode: 403,
      code: error.code,
      message: 'The login was for another organization than the one that was asked for.'
    }
  }
  if (error instanceof TokenValidationError) {
    return {
      statusCode: 502,
      code: error.code,
      message: 'The identity provider answered with a token that cannot be trusted.'
    }
  }
  if (error instanceof SessionStoreError) {
    return {
      statusCode: error.statusCode,
      code: error.code,
      message: 'The sessions of this application cannot be reached at the moment. Please try again.'
    }
  }
  if (error instanceof Auth0Error) {
    const own = error.statusCode < 500 || (error instanceof ApiError && error.status === 0)
    return { statusCode: error.statusCode, code: error.code, message: own ? error.message : hidden(error.statusCode) }
  }
  return foreignError(error)
}

/** An error of Fastify or of another plugin's hook keeps its status; its words may be internal and are not shown. */
function foreignError (error: unknown): PublicError {
  const { statusCode = 500, code } = (error ?? {}) as { statusCode?: number, code?: string }
  if (statusCode >= 400 && statusCode < 500) {
    return {
      statusCode,
      code: (code ?? 'bad_request').toLowerCase(),
      message: STATUS_CODES[statusCode] ?? 'The request cannot be used.'
    }
  }
  if (statusCode <= 500 || statusCode > 599) return { statusCode: 500, code: 'internal_error', message: hidden(500) }
  return {
    statusCode,
    code: phraseOf(statusCode),
    message: 'The application cannot answer at the moment. Please try again.'
  }
}

function hidden (statusCode: number): string {
  if (statusCode === 504) return 'The identity provider did not answer in time. Please try again.'
  if (statusCode === 502 || statusCode === 503) {
    return 'The identity provider could not be reached or could not help. Please try again.'
  }
  return 'Something went wrong in this application.'
}
