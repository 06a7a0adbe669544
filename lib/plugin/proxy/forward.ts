import type { FastifyReply, FastifyRequest } from 'fastify'
import { LoginRequiredError } from '../../errors.js'
import { appPath } from '../../flows/app-path.js'
import { currentSession } from '../../flows/session/session.js'
import type { WireResponse } from '../../http/wire.js'
import { answerDenied } from '../guards/denial.js'
import { withoutSlashAtEnd } from '../options/app-base.js'
import { registrationOf } from '../request/registration.js'
import { appBaseOf, onceGone } from '../request/request-context.js'
import { exchange, type Proxy } from './exchange.js'
import { addHeaders } from './extra-headers.js'
import { answerFailed, closeAfterUpload, UpstreamFailure } from './failures.js'
import { Leash } from './leash.js'
import { requestBody } from './request-body.js'
import { requestHeaders } from './request-headers.js'
import { copyHeaders } from './response-headers.js'
import { locationOf, targetOf } from './target.js'

const GONE = new Error('The browser has gone away.')

/** Sends a request upstream, and the answer to the browser. */
export async function forward (proxy: Proxy, request: FastifyRequest, reply: FastifyReply,
  destination: string): Promise<void> {
  const registration = registrationOf(request)
  const { context } = registration
  try {
    // The route's guard has asked already. If the options were changed so that it is missing, nothing is passed on.
    const session = await currentSession(context, registration.requestContext(request))
    if (session === undefined) throw new LoginRequiredError()
    const expectation = request.headers.expect
    if (expectation !== undefined && expectation.toLowerCase() !== '100-continue') {
      await answerDenied(reply, 417, 'expectation_failed', 'Only "100-continue" can be expected.')
      return
    }
    const { config } = proxy
    const target = targetOf(config, destination, request.url)
    const leash = new Leash()
    onceGone(reply, () => {
      if (!reply.raw.writableFinished || !request.raw.complete) leash.abort(GONE)
    })
    const body = await requestBody(request, config.token !== 'none')
    const headers = requestHeaders(request.headers)
    if (body.length !== undefined) headers['content-length'] = body.length
    addHeaders(headers, config.headers, request)
    const answer = await exchange(proxy, { request, registration, target, headers, body, leash })
    send(proxy, answer, target, request, reply)
  } catch (error) {
    await answerFailed(context, error, request, reply)
  }
}

function send ({ config }: Proxy, { status, headers, body }: WireResponse, target: URL, request: FastifyRequest,
  reply: FastifyReply): void {
  const mount = (): string =>
    appPath(appBaseOf(registrationOf(request).context.config.appBases, request),
      withoutSlashAtEnd(request.server.prefix))
  try {
    copyHeaders(reply, headers, location => locationOf(config, target, mount(), location))
    reply.code(status)
  } catch (error) {
    body.destroy()
    throw new UpstreamFailure(error, target.host)
  }
  closeAfterUpload(request, reply)
  // A browser that waits for events learns at once that they will come.
  if (isEventStream(headers['content-type'])) reply.raw.once('pipe', () => { reply.raw.flushHeaders() })
  reply.send(body)
}

function isEventStream (type: string | string[] | undefined): boolean {
  return typeof type === 'string' && /^\s*text\/event-stream\b/i.test(type)
}
