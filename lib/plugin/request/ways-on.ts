import type { FastifyRequest } from 'fastify'
import type { PluginContext } from '../../flows/context.js'
import { pathAfterLogin } from '../../flows/login/return-to.js'
import { appPath, placeInApp, routePath, type AppPath } from '../../flows/app-path.js'
import type { AppBase } from '../../flows/config.js'
import { appBaseOf } from './request-context.js'
import { targetInApp } from './request-target.js'

/** The path of the login route; `undefined` without one. */
export function loginPath ({ config }: PluginContext, request: FastifyRequest): AppPath | undefined {
  if (config.routes.login === undefined) return undefined
  return routePath(appBaseOf(config.appBases, request), config, 'login')
}

/** The path of the login route that leads back to what was asked for. */
export function loginBack (context: PluginContext, request: FastifyRequest): string | undefined {
  const login = loginPath(context, request)
  if (login === undefined) return undefined
  const { config } = context
  const base = appBaseOf(config.appBases, request)
  const asked = targetInApp(request, base).replace(/^[/\\]+/, '/')
  const path = pathAfterLogin(asked, base, config, request.log)
  return path === undefined ? login : `${login}?returnTo=${encodeURIComponent(placeInApp(base, path))}`
}

/**
 * The path of the login route that leads to the place of an earlier login: a path on the application's origin, below
 * the base path or beside it.
 */
export function loginAgain (context: PluginContext, request: FastifyRequest,
  place: string | undefined): string | undefined {
  const login = loginPath(context, request)
  if (login === undefined) return undefined
  const target = place === undefined ? '/' : placeInApp(appBaseOf(context.config.appBases, request), place as AppPath)
  return `${login}?returnTo=${encodeURIComponent(target)}`
}

/** The path of the login route that leads back to the page with the form that was sent. */
export function loginForForm (context: PluginContext, request: FastifyRequest): string | undefined {
  return loginAgain(context, request, pageBefore(appBaseOf(context.config.appBases, request), request.headers.referer))
}

/** Path and query of the page a request comes from, where it is one of the application's. */
function pageBefore ({ origin }: AppBase, referer: string | undefined): AppPath | undefined {
  if (referer === undefined || !URL.canParse(referer)) return undefined
  const url = new URL(referer)
  return url.origin === origin ? url.pathname + url.search as AppPath : undefined
}

/** The origin of a built-in page, and where its links lead. A host that is not allowed gets links to itself. */
export function waysOn ({ config }: PluginContext, request: FastifyRequest):
{ home: string, login: string | undefined, logout: string | undefined, origin: string | undefined } {
  let base: Partial<AppBase> & { basePath: string } = { basePath: '' }
  try {
    base = appBaseOf(config.appBases, request)
  } catch {
    // The host is not allowed: no address of the application is named.
  }
  return {
    home: appPath(base, '/'),
    login: routePath(base, config, 'login'),
    logout: routePath(base, config, 'logout'),
    origin: base.origin
  }
}
