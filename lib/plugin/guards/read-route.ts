import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { describeSecurity } from '../open-api.js'
import type { Registration } from '../request/registration.js'
import { kOwnRoute, requestState } from '../request/request-state.js'
import { configGuards } from './config-guards.js'
import { acceptedBy, checkSetup, refuseUncalled, type Guard } from './guard.js'
import { keepOwnGuards } from './own-guards.js'
import { kRead, nameOfRoute, optedOut, type RouteConfig } from './route-config.js'
import { hooksAround, ownHooks } from './scope-guards.js'

/**
 * Reads what a route says of its guards, when it is registered.
 * @throws ConfigurationError for a declaration or a guard that cannot be meant
 */
export function readRoute ({ context }: Registration, route: RouteOptions): void {
  const { auth0: declared } = (route.config ?? {}) as RouteConfig
  const guards = declared === undefined ? [] : configGuards(declared, nameOfRoute(route))
  if (guards.length > 0) route.onRequest = [...guards as never[], ...[route.onRequest ?? []].flat()]
  const hooks = ownHooks(route)
  for (const hook of hooks) {
    refuseUncalled(hook)
    checkSetup(hook, context.config)
  }
  const read: Pick<RouteConfig, typeof kRead> = { [kRead]: { declared, hooks: hooks.length > 0 } }
  route.config = { ...route.config, ...read }
  if (optedOut(declared)) keepOwnGuards(route)
}

/**
 * Reads what a route's scopes say of it, when all of them have been made.
 * @throws ConfigurationError for a guard that cannot work here
 */
export function readScopes ({ context, describes }: Registration, scope: FastifyInstance, route: RouteOptions): void {
  const { auth0: declared, [kOwnRoute]: own } = route.config as RouteConfig
  if (own === true) return
  const out = optedOut(declared)
  const hooks = out ? ownHooks(route) : hooksAround(scope, route)
  for (const hook of hooks) checkSetup(hook, context.config)
  if (describes) describeSecurity(route, acceptedBy(hooks) ?? (out ? [] : undefined))
}

/**
 * Begins a request, before any guard is asked. A route that was not there to be read, since it came before the plugin
 * had loaded, or that another hook has changed since, is read here: its guards are asked all the same.
 */
export function beginRequest (request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
  const state = requestState(request)
  state.reply = reply
  const config = request.routeOptions.config as RouteConfig
  const { auth0: declared, [kRead]: read } = config
  if (declared === undefined || read?.declared === declared) {
    state.exempt = config[kOwnRoute] === true || optedOut(declared)
    return undefined
  }
  const guards = guardsOfUnread(config, declared, request)
  if (guards.length > 0) return askAll(guards, request, reply)
  if (!optedOut(declared)) return undefined
  if (read?.hooks === true) {
    throw new ConfigurationError('config.auth0',
      `The route ${nameOfRoute(request.routeOptions)} was changed to opt out after it was registered with hooks of ` +
        'its own. Change it in a hook that is added before the plugin.')
  }
  state.exempt = 'unread'
}

const unread = new WeakMap<object, readonly Guard[]>()

function guardsOfUnread (config: RouteConfig, declared: NonNullable<RouteConfig['auth0']>,
  request: FastifyRequest): readonly Guard[] {
  let guards = unread.get(config)
  if (guards === undefined) unread.set(config, guards = configGuards(declared, nameOfRoute(request.routeOptions)))
  return guards
}

async function askAll (guards: readonly Guard[], request: FastifyRequest, reply: FastifyReply): Promise<void> {
  for (const guard of guards) {
    await guard(request, reply)
    if (reply.sent) return
  }
}
