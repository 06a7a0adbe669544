import type { FastifyRequest } from 'fastify'
import type { PluginContext } from '../../flows/context.js'
import { blameOf, reasonOf } from '../../flows/events.js'

/** Reports a login that did not work: one event, one log line. */
export function reportFailure (context: PluginContext, request: FastifyRequest, error: unknown,
  type: 'login' | 'logout' | 'backchannel_logout' = 'login'): void {
  context.emit({
    type,
    outcome: 'failure',
    reason: reasonOf(error),
    blame: blameOf(error),
    requestId: request.id,
    ...(context.config.domain !== undefined && { domain: context.config.domain })
  }, request.log, error)
}
