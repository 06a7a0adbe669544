import { isSecureUrl } from '../../authentication/server/domain.js'
import { InvalidArgumentError } from '../../errors.js'
import type { AppBase } from '../config.js'
import { safeReturnTo } from '../login/return-to.js'

/** Where a link may send the user after a logout: a place of the application, as Auth0 has it registered. */
export function landingOfLink (value: unknown, base: AppBase): string | undefined {
  const path = safeReturnTo(value, base)
  return path === undefined ? undefined : asRegistered(path, base)
}

/**
 * Where the application's code or options send the user after a logout: a path, or an absolute URL of any origin, which
 * goes out as it is written, since Auth0 compares it letter for letter.
 * @throws InvalidArgumentError for a URL that is not https (http on loopback), or holds credentials
 */
export function landingOfCode (value: string, base: AppBase): string {
  const isText = typeof value === 'string'
  const landing = isText && !value.startsWith('/')
    ? isLanding(value, base.origin) ? value : undefined
    : landingOfLink(value, base)
  if (landing === undefined) {
    throw new InvalidArgumentError('returnTo',
      'The argument "returnTo" must be a path of the application, or an absolute https URL without credentials.')
  }
  return landing
}

/** Whether a text is an absolute URL that a user may be sent to after a logout. */
export function isLanding (value: string, own?: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what a URL parser drops silently
  if (/[\x00-\x20\x7f\\]/.test(value) || !/^https?:\/\//i.test(value) || !URL.canParse(value)) return false
  const url = new URL(value)
  return url.username === '' && url.password === '' && (isSecureUrl(url) || url.origin === own)
}

/** The application's own address is registered without a slash at its end. */
function asRegistered (path: string, { origin, basePath }: AppBase): string {
  return path === '/' || path === `${basePath}/` ? origin + path.slice(0, -1) : origin + path
}
