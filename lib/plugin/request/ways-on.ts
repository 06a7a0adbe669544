import type { FastifyRequest } from 'fastify'
import type { PluginContext } from '../../flows/context.js'
import { pathAfterLogin } from '../../flows/login/return-to.js'
import type { AppBase } from '../../flows/config.js'
import { appBaseOf } from './request-context.js'

/** The path of the login route that leads back to `returnTo`; `undefined` without a login route. */
export function loginPath (context: PluginContext, request: FastifyRequest, returnTo?: string): string | undefined {
  const { config } = context
  if (config.routes.login === undefined) return undefined
  const base = appBaseOf(config.appBases, request)
  const login = base.basePath + config.prefix + config.routes.login
  const path = returnTo === undefined
    ? undefined
    : pathAfterLogin(`/${returnTo.replace(/^[/\\]+/, '')}`, base, config, request.log)
  return path === undefined ? login : `${login}?returnTo=${encodeURIComponent(path.slice(base.basePath.length))}`
}

/**
 * The path of the login route that leads to a place which an earlier login was to reach, a path on the application's
 * origin: below the address's own path, or beside it.
 */
export function loginAgain (context: PluginContext, request: FastifyRequest, place: string | undefined):
  | string
  | undefined {
  const login = loginPath(context, request)
  if (login === undefined) return undefined
  const { basePath, origin } = appBaseOf(context.config.appBases, request)
  const target = place === undefined
    ? '/'
    : place.startsWith(`${basePath}/`) ? place.slice(basePath.length) : origin + place
  return `${login}?returnTo=${encodeURIComponent(target)}`
}

/** The path of the login route that leads back to the page with the form that was sent. */
export function loginForForm (context: PluginContext, request: FastifyRequest): string | undefined {
  return loginAgain(context, request, pageBefore(appBaseOf(context.config.appBases, request), request.headers.referer))
}

/** Path and query of the page a request comes from, where it is one of the application's. */
function pageBefore ({ origin }: AppBase, referer: string | undefined): string | undefined {
  if (referer === undefined || !URL.canParse(referer)) return undefined
  const url = new URL(referer)
  return url.origin === origin ? url.pathname + url.search : undefined
}

/** The origin of a built-in page, and where its links lead. A host that is not allowed gets links to itself. */
export function waysOn ({ config }: PluginContext, request: FastifyRequest):
{ home: string, login: string | undefined, logout: string | undefined, origin: string | undefined } {
  let basePath = ''
  let origin: string | undefined
  try {
    ({ basePath, origin } = appBaseOf(config.appBases, request))
  } catch {
    // A host that is not allowed: nothing of ours is named.
  }
  const path = (route: string | undefined): string | undefined =>
    route === undefined ? undefined : basePath + config.prefix + route
  return { home: `${basePath}/`, login: path(config.routes.login), logout: path(config.routes.logout), origin }
}
