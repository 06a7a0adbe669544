import type { FastifyReply, FastifyRequest } from 'fastify'
import { StepUpRequiredError } from '../../errors.js'
import { hasMfa, isRecent } from '../../flows/api/authentication-demand.js'
import { currentSession } from '../../flows/session/session.js'
import { MFA_ACR } from '../../tokens/claim-rules.js'
import { registrationOf } from '../request/registration.js'
import { denied } from './require-session.js'
import { stepUp } from './step-up.js'

/**
 * Answers a `StepUpRequiredError` of `request.auth0.fetch()`, i.e. an API that demands a newer or stronger login: a
 * page is sent to log in as the API demands and comes back to the same address, once; a script gets 401
 * `insufficient_user_authentication` with a `loginUrl`. Any other error is thrown on. It is an error handler, for one
 * route or all: `fastify.setErrorHandler(fastify.auth0.handleStepUp)`; in an error handler or a `catch` of your own,
 * `return fastify.auth0.handleStepUp(error, request, reply)`.
 * @throws the error itself where it is another one
 * @see RFC 9470 section 4
 */
export async function handleStepUp (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!(error instanceof StepUpRequiredError)) throw error
  const registration = registrationOf(request)
  const { context } = registration
  const requestContext = registration.requestContext(request)
  const session = await currentSession(context, requestContext)
  if (session === undefined) return await denied(request, reply)
  const { maxAge, acrValues } = error
  const { user, createdAt } = session.record
  const clock = { now: context.now(), clockTolerance: context.config.clockTolerance }
  await stepUp({ claims: user, session, request, reply, registration, requestContext }, {
    code: error.code,
    message: 'Please log in again to go on.',
    params: {
      ...(maxAge !== undefined && { max_age: maxAge }),
      // A second factor that the session has is not to be lost by it.
      ...(acrValues !== undefined ? { acr_values: acrValues } : hasMfa(user, user.acr) && { acr_values: MFA_ACR })
    },
    // The API is not asked again by us, so nobody notes that it was content with the login before.
    outdated: maxAge !== undefined &&
      !isRecent(user.auth_time ?? createdAt, maxAge, clock)
  })
}
