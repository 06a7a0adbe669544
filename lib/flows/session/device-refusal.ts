import type { PluginContext, RequestContext } from '../context.js'
import { emitFor, pseudonym } from '../events.js'

/**
 * Reports a session that was not opened because the device's proof is missing: a copy, unless another site has sent
 * the browser here, which then does not prove its device first.
 */
export function reportRefusal (context: PluginContext, request: RequestContext): void {
  const refused = context.sessions.device?.refused(request.jar)
  if (refused === undefined) return
  const { reason, record: { issuer, user, domain, device } } = refused
  emitFor(context, request, {
    type: 'session',
    outcome: 'failure',
    reason: reason === 'not_bound'
      ? 'session_not_bound'
      : device !== undefined && request.isSentByOtherSite === true ? 'device_proof_missing' : 'session_unbound_copy',
    blame: 'user',
    domain,
    user: pseudonym(issuer, user.sub)
  })
}
