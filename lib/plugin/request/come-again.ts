import type { FastifyReply, FastifyRequest } from 'fastify'
import { appPath } from '../../flows/app-path.js'
import type { PluginContext } from '../../flows/context.js'
import type { CookieJar } from '../../../types/stores.js'
import { isNavigation } from './navigation.js'
import { targetInApp } from './request-target.js'
import { appBaseOf } from './request-context.js'
import { answerPage, comeAgainPage } from '../routes/error-page.js'
import { textsFor } from '../routes/page-texts.js'

/** Seconds within which a browser is asked only once to come again. */
const ONCE = 10

/**
 * Whether the request comes from a link of another site, so that the browser did not prove its device, and the browser
 * was not asked to come again yet. Browsers prove their device only for requests from pages of the same site.
 */
export function comesWithoutProof (context: PluginContext, request: FastifyRequest, jar: CookieJar): boolean {
  return request.method === 'GET' && isNavigation(request) && request.headers['sec-fetch-site'] === 'cross-site' &&
    jar.writable && jar.get(markerOf(context, jar)) === undefined && context.sessions.device !== undefined &&
    context.sessions.device.refused(jar)?.record.device !== undefined
}

/** A page of this site that leads to the same address. */
export function comeAgain (context: PluginContext, request: FastifyRequest, reply: FastifyReply,
  jar: CookieJar): FastifyReply {
  jar.set(markerOf(context, jar), '1', { ...context.sessions.device!.attributes(jar), sameSite: 'lax', maxAge: ONCE })
  const base = appBaseOf(context.config.appBases, request)
  const place = appPath(base, onThisHost(targetInApp(request, base)))
  return answerPage(reply.header('cache-control', 'no-store'), 401,
    comeAgainPage(textsFor(context.config, request), place))
}

/** The same address, where a browser would take the first part of a path that begins with two slashes for a host. */
function onThisHost (path: string): string {
  return /^\/[/\\]/.test(path) ? `/.${path}` : path
}

function markerOf ({ cookieNames }: PluginContext, jar: CookieJar): string {
  return `auth0_device_${cookieNames.suffix(jar)}`
}
