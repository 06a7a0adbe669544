import type { FastifyReply, FastifyRequest } from 'fastify'
import { ConfigurationError } from '../../../errors.js'
import type { AccessTokenDemands, ToolScopes } from '../../../../types/guards.js'
import { requestState } from '../../request/request-state.js'
import { closeToCaches } from '../../request/response-headers.js'
import { answerDenied, reportDenied } from '../denial.js'
import { factory } from '../factory.js'
import { tokenWasAsked } from '../guard/asked.js'
import { PASS, type Guard } from '../guard/guard.js'
import { guard } from '../guard/make-guard.js'
import { requireToken } from './require-token.js'
import { resourceOf } from './resource.js'
import { checkTokenDemands } from './token-demands.js'
import { calledTools } from './tool-calls.js'

/**
 * Guard of an MCP server: the scopes of each tool that a request calls. It stands in `preHandler`, since the body says
 * which tool that is, behind the `requireToken` of the route; alone it asks for a token itself. What a tool lacks is
 * said by 403 `insufficient_scope`, so that the client can get more and ask again.
 * @param tools scopes by the name of the tool; `'*'` for every tool that is not named
 * @param demands what every request needs, as for `requireToken`; without `resource` and `audience` those of the guard
 * before count
 * @throws ConfigurationError for a table that is not one
 */
export const toolScopes = factory('toolScopes', (tools: ToolScopes, demands: AccessTokenDemands = {}): Guard => {
  const checked = checkTokenDemands(demands)
  const { scopes = [] } = checked
  const asksMore = Object.keys(checked).length > 0
  const token = requireToken(demands)
  // A tool that asks for scopes asks for a token, also where the others do without.
  const { optional, ...strict } = demands
  const guards = new Map(Object.entries(checkTable(tools)).map(([tool, wanted]): [string, Guard] =>
    [tool, wanted.length === 0 ? token : requireToken({ ...strict, scopes: [...scopes, ...wanted] })]))
  const other = guards.get('*')

  return guard({
    security: [{ bearer: [] }, { openIdConnect: scopes }],
    checkSetup: config => {
      resourceOf(config, checked)
    }
  }, (guardRequest, guardReply) => {
    const request = guardRequest as FastifyRequest
    const reply = guardReply as FastifyReply
    const called = calledTools(request)
    if (called === undefined) return refuseUnread(request, reply)
    const wanted = new Set(called.map(tool => guards.get(tool) ?? other ?? token))
    // What every request needs, a guard before may have asked for.
    if (!asksMore && tokenWasAsked(requestState(request))) wanted.delete(token)
    else if (wanted.size === 0) wanted.add(token)
    const [first, ...more] = wanted
    if (first === undefined) return PASS
    const verdict = first(request, reply)
    return more.length === 0 ? verdict : askOthers(verdict, more, request, reply)
  })
})

async function askOthers (first: Promise<void>, more: readonly Guard[], request: FastifyRequest,
  reply: FastifyReply): Promise<void> {
  await first
  for (const ask of more) {
    if (reply.sent) return
    await ask(request, reply)
  }
}

function refuseUnread (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reportDenied(request, 'invalid_request')
  closeToCaches(reply)
  return answerDenied(reply, 400, 'invalid_request',
    'The request does not say which tool it calls. It must have a JSON body, and the server must check it in ' +
      '"preHandler", after the body is parsed.')
}

function checkTable (tools: ToolScopes): Record<string, readonly string[]> {
  if (typeof tools !== 'object' || tools === null || Array.isArray(tools)) {
    throw new ConfigurationError('toolScopes',
      '"toolScopes" takes an object of tools and their scopes, e.g. { read_orders: [\'read:orders\'] }.')
  }
  return Object.fromEntries(Object.entries(tools).map(([tool, scopes]) => {
    const list: unknown = typeof scopes === 'string' ? scopes.split(' ') : scopes
    if (Array.isArray(list) && list.every(scope => typeof scope === 'string' && scope !== '')) return [tool, list]
    throw new ConfigurationError(`toolScopes.${tool}`,
      `"toolScopes" must have a list of scopes for the tool "${tool}", or a text with a space between them; an empty ` +
        'list lets every token call it.')
  }))
}
