import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PluginContext } from '../../flows/context.js'
import { comesWithoutProof, comeAgain } from '../request/come-again.js'
import { isFormPost, isNavigation } from '../request/navigation.js'
import { requestState } from '../request/request-state.js'
import { loginPath, waysOn } from '../request/ways-on.js'
import { answerPage, notBoundPage } from '../routes/error-page.js'
import { textsFor } from '../routes/page-texts.js'
import { ended } from './denial.js'

/**
 * The answer to a person whose session was refused because of a device; `undefined` where the usual answer is right:
 * for scripts, and for copies of a session that is bound to another device.
 */
export function answerForDevice (context: PluginContext, request: FastifyRequest,
  reply: FastifyReply): Promise<void> | undefined {
  const { jar } = requestState(request)
  const refused = jar && context.sessions.device?.refused(jar)
  if (jar === undefined || refused === undefined) return undefined
  if (refused.reason === 'not_bound') {
    if (!isNavigation(request) && !isFormPost(request)) return undefined
    const login = loginPath(context, request)
    return ended(answerPage(reply, 401, notBoundPage(textsFor(context.config, request), { login, home: waysOn(context, request).home })))
  }
  return comesWithoutProof(context, request, jar) ? ended(comeAgain(context, request, reply, jar)) : undefined
}
