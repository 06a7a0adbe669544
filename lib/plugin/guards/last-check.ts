import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { kRequestState, requestState } from '../request/request-state.js'
import { verdictOf } from './guard/asked.js'
import { PASS, type Guard } from './guard/guard.js'
import { nameOfRoute } from './route-config.js'

type Handler = (this: unknown, ...args: unknown[]) => unknown

/**
 * Lets the route's handler run only for requests that the guards have let pass, whatever other plugins do to the hooks
 * that hold them: who was not asked is asked here, and who was not waited for is waited for.
 */
export function checkBeforeHandler (route: RouteOptions, guards: readonly Guard[]): void {
  const name = nameOfRoute(route)
  const handlers = route as unknown as Record<string, Handler | undefined>
  // A WebSocket's handler is called with the socket and the request.
  for (const member of ['handler', 'wsHandler']) {
    const handler = handlers[member]
    if (typeof handler !== 'function') continue
    handlers[member] = function (first, second, ...more) {
      const request = [first, second].find(isRequest)
      if (request === undefined) throw notAsked(name)
      const state = requestState(request)
      const run = (): unknown => handler.call(this, first, second, ...more)
      return guards.every(guard => verdictOf(state, guard) === PASS)
        ? run()
        : settle(guards, request, isReply(second) ? second : undefined, name, run)
    }
  }
}

async function settle (guards: readonly Guard[], request: FastifyRequest, reply: FastifyReply | undefined, name: string,
  run: () => unknown): Promise<unknown> {
  for (const guard of guards) {
    const verdict = verdictOf(requestState(request), guard)
    if (verdict === undefined && reply === undefined) throw notAsked(name)
    await (verdict ?? guard(request, reply!))
    if (reply?.sent === true) return reply
  }
  return await run()
}

function isRequest (value: unknown): value is FastifyRequest {
  return typeof value === 'object' && value !== null && kRequestState in value
}

function isReply (value: unknown): value is FastifyReply {
  return typeof (value as FastifyReply | undefined)?.hijack === 'function'
}

function notAsked (name: string): ConfigurationError {
  return new ConfigurationError('hooks',
    `A guard of the route ${name} did not run, because another plugin removed it from the route's hooks. Declare it ` +
      'in "config.auth0", or register that plugin after the route.')
}
