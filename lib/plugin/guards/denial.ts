import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError, type ForbiddenErrorCode } from '../../errors.js'
import { registrationOf } from '../request/registration.js'
import { answerPage, errorPage } from '../routes/error-page.js'
import { textsFor } from '../routes/page-texts.js'
import { isFormPost, isNavigation } from '../request/navigation.js'
import { kOwnErrors, type RouteConfig } from './route-config.js'
import { requestState } from '../request/request-state.js'
import { closeToCaches } from '../request/response-headers.js'
import { waysOn } from '../request/ways-on.js'

/**
 * Ends the reply in a hook: returning the reply makes Fastify wait for it to be sent,
 * so that the handler does not run even with slow `onSend` hooks.
 */
export function ended (reply: FastifyReply): Promise<void> {
  return Promise.resolve(reply) as unknown as Promise<void>
}

/** The JSON answer of a guard that turned a request away. The route's response schema is not meant for it. */
export function answerDenied (reply: FastifyReply, statusCode: number, code: string, message: string,
  more: object = {}): Promise<void> {
  const body = JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message, ...more })
  return ended(
    reply.code(statusCode).type('application/json; charset=utf-8').serializer(asWritten).send(body)
  )
}

const asWritten = (body: unknown): string => body as string

/** Reports that a request was turned away. */
export function reportDenied (request: FastifyRequest, reason: string, error?: unknown): void {
  requestState(request).deniedAs = reason
  registrationOf(request).context.emit({
    type: 'denied',
    outcome: 'failure',
    reason,
    blame: 'user',
    requestId: request.id
  }, request.log, error)
}

/**
 * Refuses a caller who is known but not allowed. An error handler of the application's own gets the error; else a
 * person in a browser gets a page.
 */
export function forbid (request: FastifyRequest, reply: FastifyReply, code: ForbiddenErrorCode,
  message: string): Promise<void> {
  reportDenied(request, code)
  closeToCaches(reply)
  if (!hasOwnErrorHandler(request)) {
    if (isNavigation(request) || isFormPost(request)) {
      const { context } = registrationOf(request)
      return ended(answerPage(reply, 403, errorPage(textsFor(context.config, request), {
        statusCode: 403, code, message, reference: request.id, ...waysOn(context, request), retry: undefined
      })))
    }
    if (request.routeOptions.schema?.response !== undefined) return answerDenied(reply, 403, code, message)
  }
  return Promise.reject(new ForbiddenError(code, message))
}

/** Error handlers, by the names Fastify keeps them by, that leave a refusal as it is: its own, and `handleStepUp`. */
const PASSING_ON: ReadonlySet<string> = new Set(['defaultErrorHandler', 'bound handleStepUp'])

/** Whether the application answers errors of this route itself. */
function hasOwnErrorHandler ({ server, routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as RouteConfig)[kOwnErrors] === true || !PASSING_ON.has(server.errorHandler.name)
}
