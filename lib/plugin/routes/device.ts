import type { FastifyReply, FastifyRequest } from 'fastify'
import { parseFieldString } from '../../base/structured-fields.js'
import { Auth0Error, ForbiddenError, InvalidArgumentError } from '../../errors.js'
import { refreshDevice, registerDevice, type DeviceAnswer } from '../../flows/device/device-session.js'
import { MAX_PROOF } from '../../tokens/device-proof.js'
import type { Registration } from '../request/registration.js'
import { appBaseOf } from '../request/request-context.js'
import { bodyOf, publicError } from './answer-error.js'
import type { Route, RouteSetup } from './route.js'

const MAX_IDENTIFIER = 128

/**
 * `POST /auth/dbsc/register` and `POST /auth/dbsc/refresh`: browsers call them by themselves.
 * @see https://w3c.github.io/webappsec-dbsc/ sections 9.9 and 9.10
 */
export function deviceRoutes ({ registration }: RouteSetup): Route[] {
  const { deviceRegistration, deviceRefresh } = registration.context.config.routes
  return [
    {
      method: 'POST',
      path: deviceRegistration,
      accepts: 'any',
      handler: answering(registration, async request =>
        await registerDevice(registration.context, registration.requestContext(request), proofOf(request)))
    },
    {
      method: 'POST',
      path: deviceRefresh,
      accepts: 'any',
      handler: answering(registration, async request =>
        await refreshDevice(registration.context, registration.requestContext(request), identifierIn(request),
          proofOf(request)))
    }
  ]
}

/**
 * Answers as the protocol says: a status means something to the browser, so the application's `onError` is not asked.
 * With a 5xx the session goes on.
 */
function answering (registration: Registration, work: (request: FastifyRequest) => Promise<DeviceAnswer>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    reply.header('cross-origin-resource-policy', 'same-origin')
    try {
      refuseForeign(registration, request)
      return answer(request, reply, await work(request))
    } catch (error) {
      if (!(error instanceof Auth0Error)) throw error
      const shown = publicError(error)
      reply.headers((error as { headers?: Record<string, string> }).headers ?? {})
      return reply.code(shown.statusCode).send(bodyOf(shown))
    }
  }
}

function answer (request: FastifyRequest, reply: FastifyReply, answer: DeviceAnswer): FastifyReply {
  if (answer.outcome === 'over') {
    return reply.code(200).send({ session_identifier: identifierIn(request), continue: false })
  }
  reply.header('secure-session-challenge', answer.challenge)
  if (answer.outcome === 'bound') return reply.code(200).send(answer.instructions)
  const message = 'The browser must prove that it holds the key of its device.'
  return reply.code(403).send(bodyOf({ statusCode: 403, code: 'device_proof_required', message }))
}

/** The browser itself calls, for pages of the application or of its site; no other page can. */
function refuseForeign ({ context }: Registration, request: FastifyRequest): void {
  const { 'sec-fetch-site': site, origin } = request.headers
  const base = appBaseOf(context.config.appBases, request)
  const isOwn = (site === undefined || site === 'same-origin' || site === 'same-site' || site === 'none') &&
    (origin === undefined || origin === base.origin)
  if (!isOwn) throw new ForbiddenError('cross_site_request', 'Another site cannot bind a session to a device.')
}

/** `Secure-Session-Response`; `undefined` where it holds no proof. */
function proofOf ({ headers }: FastifyRequest): string | undefined {
  return parseFieldString(headers['secure-session-response'], MAX_PROOF + 2)
}

/** `Sec-Secure-Session-Id`, which scripts cannot set. @throws InvalidArgumentError */
function identifierIn ({ headers }: FastifyRequest): string {
  const identifier = parseFieldString(headers['sec-secure-session-id'], MAX_IDENTIFIER)
  if (identifier === undefined) {
    throw new InvalidArgumentError('Sec-Secure-Session-Id',
      'The header "Sec-Secure-Session-Id" must name the session: only browsers call this address.')
  }
  return identifier
}
