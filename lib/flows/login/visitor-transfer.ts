import { anonymousTransferToken } from '../../authentication/api/anonymous.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { callOptions, type CallOptions } from '../call-options.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'
import { blameOf, emitFor } from '../events.js'
import { forgetVisitor, hasVisitorCookie, isOver, readVisitor } from './anonymous-cookie.js'

/** What hands the visitor's session over to a login. Without one, or when it fails, the login goes on without. */
export function visitorTransfer (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: CallOptions = {}): Awaitable<string | undefined> {
  return hasVisitorCookie(context, request) ? transferOf(context, request, server, options) : undefined
}

async function transferOf (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  options: CallOptions): Promise<string | undefined> {
  const visitor = readVisitor(context, request, server)
  if (visitor === undefined) return undefined
  try {
    return await anonymousTransferToken(server, { sessionToken: visitor.sessionToken },
      callOptions(options, request))
  } catch (error) {
    if (isOver(error)) {
      forgetVisitor(context, request)
      return undefined
    }
    emitFor(context, request, {
      type: 'warning',
      outcome: 'failure',
      reason: 'anonymous_transfer_failed',
      blame: blameOf(error),
      domain: server.domain
    }, error)
    return undefined
  }
}
