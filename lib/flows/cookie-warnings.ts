import { routePath } from './app-path.js'
import type { Config } from './config.js'

/** Something about the options that will make requests fail. */
export interface SetupWarning {
  code: string
  message: string
}

/** Warnings at start about mistakes that only a browser would show later. */
export function cookieWarnings (config: Config): SetupWarning[] {
  const { sessionCookie, transactionCookie, appBases, prefix, routes: { callback } } = config
  const warnings: SetupWarning[] = []
  if (sessionCookie.sameSite === 'strict') {
    warnings.push({
      code: 'session_cookie_strict',
      message: 'With "sessionConfiguration.cookie.sameSite" \'strict\', browsers do not send the session to the ' +
        'first page after the login. Let logins end at a public page, or use \'lax\'.'
    })
  }
  for (const [option, { domain }] of Object.entries({
    sessionConfiguration: sessionCookie,
    transactionConfiguration: transactionCookie
  })) {
    const outside = domain === undefined ? undefined : appBases.find(({ origin }) => !fitsHost(domain, origin))
    if (outside === undefined) continue
    warnings.push({
      code: option === 'sessionConfiguration' ? 'session_cookie_domain' : 'transaction_cookie_domain',
      message: `"${option}.cookie.domain" is "${domain}", so browsers refuse the cookie at "${outside.origin}" ` +
        'and no login can finish there. Leave it out, or use a domain that covers every "appBaseUrl".'
    })
  }
  const bases = appBases.length === 0 ? [{ basePath: '' }] : appBases
  if (!bases.every(({ basePath }) => covers(sessionCookie.path, `${basePath}/`))) {
    warnings.push({
      code: 'session_cookie_path',
      message: `"sessionConfiguration.cookie.path" is "${sessionCookie.path}", which does not cover the whole ` +
        'application: outside this path users count as logged out. Leave it out, or use the path of the application.'
    })
  }
  if (callback !== undefined &&
    !bases.every(base => covers(transactionCookie.path, routePath(base, config, 'callback')!))) {
    warnings.push({
      code: 'transaction_cookie_path',
      message: `"transactionConfiguration.cookie.path" is "${transactionCookie.path}", which does not cover the ` +
        `callback "${prefix + callback}": no login can be finished. Leave it out.`
    })
  }
  if (config.deviceBound !== undefined && !appBases.some(({ secure }) => secure)) {
    warnings.push({
      code: 'device_bound_without_https',
      message: '"sessionConfiguration.deviceBound" has no effect on plain http: browsers bind sessions on https ' +
        'only. Use https to try it.'
    })
  }
  return warnings
}

/** Whether a browser takes a cookie of this domain at an address. @see RFC 6265 section 5.1.3 */
export function fitsHost (domain: string, origin: string): boolean {
  const wanted = domain.replace(/^\./, '').toLowerCase()
  const { hostname } = new URL(origin)
  return hostname === wanted || hostname.endsWith(`.${wanted}`)
}

/** Whether a browser sends a cookie of this path to an address. @see RFC 6265 section 5.1.4 */
export function covers (cookiePath: string, path: string): boolean {
  return path === cookiePath || (path.startsWith(cookiePath) &&
    (cookiePath.endsWith('/') || path[cookiePath.length] === '/'))
}
