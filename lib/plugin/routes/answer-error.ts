import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  ApiError, Auth0Error, OrganizationTokenValidationError, RateLimitError, SessionNotKeptError, SessionStoreError,
  TokenValidationError
} from '../../errors.js'
import type { PluginContext } from '../../flows/context.js'
import { appBaseOf } from '../request/request-context.js'
import { isNavigation } from '../guards/unauthenticated.js'
import { errorPage } from './error-page.js'

/** What an error says to the outside. */
export interface PublicError {
  statusCode: number
  code: string
  message: string
}

/** The one door through which the plugin's routes turn errors into answers: what is not the visitor's is not told. */
export function answerError (context: PluginContext, error: unknown, request: FastifyRequest, reply: FastifyReply,
  links: { retry?: string | undefined } = {}): FastifyReply {
  const shown = publicError(error)
  if (!(error instanceof Auth0Error) && shown.statusCode >= 500) {
    request.log.error({ err: error }, 'auth0: unexpected error')
  }
  const wait = error instanceof RateLimitError
    ? error.retryAfter ?? 5
    : error instanceof SessionStoreError ? error.retryAfter : undefined
  if (wait !== undefined) reply.header('retry-after', String(Math.ceil(wait)))
  reply.code(shown.statusCode)
  if (!isNavigation(request) && request.headers.accept?.includes('text/html') !== true) {
    return reply.type('application/json; charset=utf-8').send({
      statusCode: shown.statusCode,
      code: shown.code,
      error: STATUS_CODES[shown.statusCode] ?? 'Error',
      message: shown.message
    })
  }
  const retry = error instanceof SessionNotKeptError ? error.returnTo : links.retry
  const { page, policy } = errorPage({ ...shown, reference: request.id, ...pageLinks(context, request, retry) })
  return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(page)
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
  const { statusCode, code } = error as { statusCode?: number, code?: string }
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? {
        statusCode,
        code: (code ?? 'bad_request').toLowerCase(),
        message: STATUS_CODES[statusCode] ?? 'The request cannot be used.'
      }
    : { statusCode: 500, code: 'internal_error', message: hidden(500) }
}

function hidden (statusCode: number): string {
  if (statusCode === 504) return 'The identity provider did not answer in time. Please try again.'
  if (statusCode === 502 || statusCode === 503) {
    return 'The identity provider could not be reached or could not help. Please try again.'
  }
  return 'Something went wrong in this application.'
}

function pageLinks (context: PluginContext, request: FastifyRequest,
  retry: string | undefined): { home: string, retry: string | undefined, logout: string | undefined } {
  const { config } = context
  let basePath = ''
  try {
    basePath = appBaseOf(config.appBases, request).basePath
  } catch {
    // A host that is not allowed gets a page with links to itself: nothing of ours is named.
  }
  const login = config.routes.login === undefined ? undefined : basePath + config.prefix + config.routes.login
  const logout = config.routes.logout === undefined ? undefined : basePath + config.prefix + config.routes.logout
  return { home: `${basePath}/`, retry: retry ?? login, logout }
}
