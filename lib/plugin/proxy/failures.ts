import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  AccessTokenError, LoginRequiredError, MfaRequiredError, SessionExpiredError, TimeoutError
} from '../../errors.js'
import type { PluginContext } from '../../flows/context.js'
import { transportFailure } from '../../http/transport-failure.js'
import { answerDenied, reportDenied } from '../guards/denial.js'
import { publicError, sayWhenToComeBack } from '../routes/answer-error.js'
import { isGone } from '../request/request-context.js'
import { closeToCaches } from '../request/response-headers.js'
import { loginPath } from '../request/ways-on.js'

/** The upstream did not answer, or not with what can be passed on. */
export class UpstreamFailure extends Error {
  readonly statusCode: 400 | 502 | 504

  constructor (cause: unknown, host: string) {
    super(`${host} gave no answer`, { cause: cause instanceof TimeoutError ? cause : transportFailure(cause, host) })
    const { code } = (cause ?? {}) as { code?: unknown }
    this.statusCode = cause instanceof TimeoutError || code === 'UND_ERR_CONNECT_TIMEOUT'
      ? 504
      : code === 'UND_ERR_INVALID_ARG' ? 400 : 502
  }
}

const UPSTREAM = {
  400: { code: 'bad_request', message: 'The request has a header that cannot be passed on.' },
  502: { code: 'upstream_unreachable', message: 'The service behind this address cannot be reached.' },
  504: { code: 'upstream_timeout', message: 'The service behind this address did not answer in time.' }
}

/** Answers a proxied request that failed, as JSON. What the upstream is and what it said stays in the log. */
export function answerFailed (context: PluginContext, error: unknown, request: FastifyRequest,
  reply: FastifyReply): Promise<void> {
  // Nobody waits any more. The status is for the log.
  if (isGone(reply)) return answerDenied(reply, 499, 'client_closed_request', 'The browser has gone away.')
  closeToCaches(reply)
  closeAfterUpload(request, reply)
  if (error instanceof UpstreamFailure) {
    request.log.warn({ err: error.cause }, 'auth0 proxy: the upstream failed')
    const { code, message } = UPSTREAM[error.statusCode]
    return answerDenied(reply, error.statusCode, code, message)
  }
  if (needsLogin(error)) {
    const code = error instanceof MfaRequiredError ? 'mfa_required' : 'login_required'
    reportDenied(request, code, error)
    const loginUrl = loginPath(context, request)
    return answerDenied(reply, 401, code, 'Please log in again.', loginUrl === undefined ? {} : { loginUrl })
  }
  const { statusCode, code, message } = publicError(error)
  if (statusCode >= 500) request.log.error({ err: error }, 'auth0 proxy: there is no token for the upstream')
  sayWhenToComeBack(error, reply)
  return answerDenied(reply, statusCode, code, message)
}

/** A connection whose request was not read to its end cannot carry another one. */
export function closeAfterUpload ({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (!raw.complete && raw.httpVersionMajor === 1) reply.header('connection', 'close')
}

function needsLogin (error: unknown): boolean {
  return error instanceof LoginRequiredError || error instanceof SessionExpiredError ||
    error instanceof MfaRequiredError || (error instanceof AccessTokenError && error.statusCode === 401)
}
