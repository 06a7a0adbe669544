import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { kOwnRoute, requestState } from '../request/request-state.js'
import { configGuards } from './config-guards.js'
import type { Guard } from './guard/guard.js'
import { kRecord, nameOfRoute, optedOut, type Declaration, type RouteConfig } from './route-config.js'

/** What was read of a route. */
export interface RouteRecord {
  readonly url: string | undefined
  readonly method: unknown
  readonly declared: Declaration
  /** The guards it declares. */
  readonly guards: readonly Guard[]
  /** Whether it opts out of the guards around it. */
  readonly exempt: boolean
  /** Whether it is one of the plugin's own. */
  readonly own: boolean
  /** Whether nobody else asks the declared guards, since the route was not there to be read, or was changed since. */
  readonly late: boolean
}

type KeptConfig = RouteConfig & { url?: string, method?: unknown }

/** The routes of each scope, for one whose `config` another plugin has replaced. */
const records = new WeakMap<object, Map<string, RouteRecord[]>>()
/** By the `config` of a request, for routes that were not read as they are now. */
const lateRecords = new WeakMap<object, RouteRecord>()

/** Keeps what was read of a route, in its `config` and beside it. */
export function keepRecord (scope: FastifyInstance, route: RouteOptions, declared: Declaration): RouteRecord {
  const config = (route.config ?? {}) as RouteConfig
  const record: RouteRecord = {
    url: route.url,
    method: route.method,
    declared,
    guards: declared === undefined ? [] : configGuards(declared, nameOfRoute(route)),
    exempt: config[kOwnRoute] === true || optedOut(declared),
    own: config[kOwnRoute] === true,
    late: false
  }
  route.config = { ...route.config, ...(declared !== undefined && { auth0: declared }), [kRecord]: record } as object
  const ofScope = records.get(scope) ?? new Map<string, RouteRecord[]>()
  records.set(scope, ofScope)
  const key = nameOfRoute(route)
  ofScope.set(key, [...ofScope.get(key) ?? [], record])
  return record
}

/** Whether the route of a request opts out of the guards around it. */
export function isExempt (request: FastifyRequest): boolean {
  const state = requestState(request)
  return (state.exempt ??= recordOf(request).exempt)
}

/** The `config` of a request's route. Fastify makes the object around it anew for who asks, so it is kept. */
function configOf (request: FastifyRequest): KeptConfig {
  const state = requestState(request)
  return (state.config ??= request.routeOptions.config) as KeptConfig
}

/**
 * What is known of the route of a request.
 * @throws ConfigurationError for a route that was guarded when it was registered, and says now that it is not
 */
export function recordOf (request: FastifyRequest): RouteRecord {
  const config = configOf(request)
  const { [kRecord]: record, auth0: declared } = config
  const read = record as RouteRecord | undefined
  if (read !== undefined && read.declared === declared && read.url === config.url && read.method === config.method) {
    return read
  }
  let late = lateRecords.get(config)
  if (late === undefined) lateRecords.set(config, late = readLate(request, config, read))
  return late
}

/** What was said when the route was registered stays; what is said now comes on top. */
function readLate (request: FastifyRequest, config: RouteConfig, read: RouteRecord | undefined): RouteRecord {
  const { url, method } = request.routeOptions
  const name = nameOfRoute({ url, method: method as string })
  const found = [...records.get(request.server)?.get(name) ?? [], ...read === undefined ? [] : [read]]
  const { auth0: declared } = config
  const isNew = declared !== undefined && !found.some(one => one.declared === declared)
  const before = found.flatMap(one => one.guards)
  if (isNew && optedOut(declared) && before.length > 0) {
    throw new ConfigurationError('config.auth0',
      `The route ${name} was registered with guards, and a hook changed it to opt out later. Change it in a hook ` +
        'that is added before the plugin.')
  }
  return {
    url,
    method,
    declared,
    guards: [...new Set([...before, ...isNew ? configGuards(declared, name) : []])],
    exempt: isNew || found.length === 0
      ? config[kOwnRoute] === true || optedOut(declared)
      : found.every(one => one.exempt),
    own: config[kOwnRoute] === true,
    late: true
  }
}
