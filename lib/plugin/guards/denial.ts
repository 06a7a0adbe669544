import { STATUS_CODES } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ForbiddenError, type ForbiddenErrorCode } from '../../errors.js'
import { registrationOf } from '../request/registration.js'

/**
 * Ends the reply in a hook: returning the reply makes Fastify wait for it to be sent,
 * so that the handler does not run even with slow `onSend` hooks.
 */
export function ended (reply: FastifyReply): Promise<void> {
  return Promise.resolve(reply) as unknown as Promise<void>
}

/** The JSON answer of a guard that turned a request away. */
export function answerDenied (reply: FastifyReply, statusCode: number, code: string, message: string,
  more: object = {}): Promise<void> {
  return ended(
    reply.code(statusCode).type('application/json; charset=utf-8').send({
      statusCode,
      code,
      error: STATUS_CODES[statusCode],
      message,
      ...more
    })
  )
}

/** Reports that a request was turned away. */
export function reportDenied (request: FastifyRequest, reason: string, error?: unknown): void {
  registrationOf(request).context.emit({
    type: 'denied',
    outcome: 'failure',
    reason,
    blame: 'user',
    requestId: request.id
  }, request.log, error)
}

/** Refuses a caller who is known but not allowed; the application's error handler may make a page of it. */
export function forbid (request: FastifyRequest, reply: FastifyReply, code: ForbiddenErrorCode,
  message: string): Promise<void> {
  reportDenied(request, code)
  reply.header('cache-control', 'no-store')
  return Promise.reject(new ForbiddenError(code, message))
}
