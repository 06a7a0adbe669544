import type { AppBase } from '../../flows/config.js'
import { ConfigurationError } from '../../errors.js'
import { refuseOption } from './rules.js'

/**
 * Reads one address of the application.
 * @throws ConfigurationError for anything but `http(s)://host[:port][/path]`
 */
export function parseAppBase (value: unknown, option: string): AppBase {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    return refuseOption(option, value, 'an absolute URL such as https://app.example.com, or a list of them')
  }
  const url = new URL(value)
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '' ||
    url.search !== '' || url.hash !== '') {
    return refuseOption(option, value,
      'an http(s) URL without user, query or fragment, such as https://app.example.com')
  }
  return { origin: url.origin, basePath: withoutSlashAtEnd(url.pathname), secure: url.protocol === 'https:' }
}

/** A path without the slashes at its end. */
export function withoutSlashAtEnd (path: string): string {
  return path.replace(/(?<!\/)\/+$/, '')
}

/** @throws ConfigurationError for an address that is the callback's, not the application's */
export function checkAppBases (bases: readonly AppBase[], callback: string | undefined): void {
  const wrong = callback === undefined ? undefined : bases.find(({ basePath }) => basePath.endsWith(callback))
  if (wrong !== undefined) {
    throw new ConfigurationError('appBaseUrl',
      `Option "appBaseUrl" must be the address of the application, without the path of its callback "${callback}".`)
  }
}
