import { createHash } from 'node:crypto'
import { fieldString } from '../../base/structured-fields.js'
import { DEVICE_ALGORITHMS } from '../../tokens/device-proof.js'
import type { CookieAttributes, SessionRecord } from '../../../types/stores.js'
import { routePath } from '../app-path.js'
import type { AppBase } from '../config.js'
import type { PluginContext, RequestContext } from '../context.js'

/** Which requests wait for a refresh: of several rules that fit, the last one counts. */
interface ScopeRule {
  type: 'include' | 'exclude'
  domain: string
  path: string
}

/** What a browser is told of a session. @see https://w3c.github.io/webappsec-dbsc/ section 9.9 */
export interface SessionInstructions {
  session_identifier: string
  refresh_url: string
  scope: { include_site: false, scope_specification: ScopeRule[] }
  credentials: [{ type: 'cookie', name: string, attributes: string }]
}

/**
 * The name a browser has for a bound session. It stands in headers, so it says nothing of the session's id.
 */
export function identifierOf ({ id, device }: SessionRecord): string {
  return createHash('sha256').update(`dbsc ${id} ${device!.thumbprint}`).digest('base64url').slice(0, 22)
}

/** The path of a device route on the application's origin. */
export function devicePath ({ config }: PluginContext, base: AppBase,
  route: 'deviceRegistration' | 'deviceRefresh'): string {
  return routePath(base, config, route)!
}

/** The absolute URL of a device route: what a proof may name as its audience. */
export function deviceUrl (context: PluginContext, base: AppBase,
  route: 'deviceRegistration' | 'deviceRefresh'): string {
  return base.origin + devicePath(context, base, route)
}

/** `Secure-Session-Registration` */
export function registrationOffer (context: PluginContext, base: AppBase, challenge: string): string {
  const path = fieldString(devicePath(context, base, 'deviceRegistration'))
  return `(${DEVICE_ALGORITHMS.join(' ')});path=${path};challenge=${fieldString(challenge)}`
}

/** `Secure-Session-Challenge` */
export function challengeField (challenge: string, identifier: string): string {
  return `${fieldString(challenge)};id=${fieldString(identifier)}`
}

/**
 * The bound cookie with its attributes, where to refresh it, and which requests wait for that: all of the application
 * but the start of a login.
 */
export function instructionsFor (context: PluginContext, request: RequestContext, record: SessionRecord,
  attributes: CookieAttributes): SessionInstructions {
  const base = request.appBase()
  const domain = new URL(base.origin).hostname
  const login = routePath(base, context.config, 'login')
  return {
    session_identifier: identifierOf(record),
    refresh_url: devicePath(context, base, 'deviceRefresh'),
    scope: {
      include_site: false,
      scope_specification: [
        ...(base.basePath === ''
          ? []
          : [{ type: 'exclude', domain, path: '/' }, { type: 'include', domain, path: base.basePath }] as const),
        ...(login === undefined ? [] : [{ type: 'exclude', domain, path: login }] as const)
      ]
    },
    credentials: [{
      type: 'cookie',
      name: context.cookieNames.session(request.jar).bound!,
      attributes: attributesText(attributes)
    }]
  }
}

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

function attributesText ({ path, secure, httpOnly, sameSite, domain }: CookieAttributes): string {
  return [
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(secure ? ['Secure'] : []),
    ...(httpOnly ? ['HttpOnly'] : []),
    `SameSite=${SAME_SITE[sameSite]}`
  ].join('; ')
}
