import { ConfigurationError } from '../../errors.js'
import type { RoutePaths } from '../../flows/config.js'
import { refuseOption } from './rules.js'
import { unknownName } from '../../base/nearest-name.js'
import { adviceFor } from './other-libraries.js'

const DEFAULTS: Record<keyof RoutePaths, string> = {
  login: '/auth/login',
  callback: '/auth/callback',
  logout: '/auth/logout',
  backchannelLogout: '/auth/backchannel-logout',
  connect: '/auth/connect',
  connectCallback: '/auth/connect/callback',
  unconnect: '/auth/unconnect',
  unconnectCallback: '/auth/unconnect/callback',
  profile: '/auth/profile',
  session: '/auth/session',
  protectedResource: '/.well-known/oauth-protected-resource',
  deviceRegistration: '/auth/dbsc/register',
  deviceRefresh: '/auth/dbsc/refresh'
}

const CONNECT: readonly string[] = ['connect', 'connectCallback', 'unconnect', 'unconnectCallback']
const OPT_IN: readonly string[] = ['profile', 'session', 'protectedResource']
const DEVICE: readonly string[] = ['deviceRegistration', 'deviceRefresh']

/** What decides which routes exist. */
interface Mounting {
  mount: boolean
  connectMode: 'link' | 'accounts' | undefined
  deviceBound: boolean
  prefix: string
}

/** Decides which routes exist and at which path below the plugin's prefix. */
export function resolvePaths (given: object, how: Mounting): RoutePaths {
  const routes = given as Record<string, unknown>
  for (const name of Object.keys(routes)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new ConfigurationError(`routes.${name}`,
        `Option "routes.${name}" is not known. ` +
          (adviceFor(`routes.${name}`) ?? unknownName(name, Object.keys(DEFAULTS))))
    }
  }
  const paths = {} as Record<keyof RoutePaths, string | undefined>
  for (const name of Object.keys(DEFAULTS) as (keyof RoutePaths)[]) {
    paths[name] = mounted(name, routes[name], how) ? path(name, routes[name]) : undefined
  }
  const taken = new Map<string, string>()
  for (const [name, value] of Object.entries(paths)) {
    if (value === undefined) continue
    const other = taken.get(value)
    if (other !== undefined) {
      throw new ConfigurationError(`routes.${name}`,
        `Option "routes.${name}" must not be "${value}": that is the path of "routes.${other}".`)
    }
    taken.set(value, name)
  }
  return Object.freeze(paths)
}

function mounted (name: string, given: unknown, how: Mounting): boolean {
  if (DEVICE.includes(name)) return isDeviceRoute(name, given, how)
  if (given === false) return false
  if (OPT_IN.includes(name)) return given !== undefined
  if (CONNECT.includes(name)) {
    const isThere = how.connectMode === 'link' || (how.connectMode === 'accounts' && name === 'connect')
    return isThere || refuseUnmounted(name, given, name === 'connect'
      ? '"mountConnectRoutes" or "mountConnectedAccountRoutes"'
      : '"mountConnectRoutes"')
  }
  return how.mount
}

/** A path for a route that is not there would be taken for one that is. */
function refuseUnmounted (name: string, given: unknown, needed: string): false {
  if (given === undefined) return false
  throw new ConfigurationError(`routes.${name}`, `Option "routes.${name}" must not be given without ${needed}.`)
}

/** Browsers call these two by themselves: with bound sessions they are there, without them they mean nothing. */
function isDeviceRoute (name: string, given: unknown, { deviceBound }: Mounting): boolean {
  if (deviceBound && given === false) {
    throw new ConfigurationError(`routes.${name}`,
      `Option "routes.${name}" must not be false with "sessionConfiguration.deviceBound": browsers need the route.`)
  }
  if (!deviceBound && given !== undefined && given !== false) {
    throw new ConfigurationError(`routes.${name}`,
      `Option "routes.${name}" must not be given without "sessionConfiguration.deviceBound".`)
  }
  return deviceBound
}

function path (name: keyof RoutePaths, given: unknown): string {
  if (given === undefined || (given === true && OPT_IN.includes(name))) return DEFAULTS[name]
  return typeof given === 'string' && /^\/(?![/\\])[\w\-./~%]*$/.test(given)
    ? given
    : refuseOption(`routes.${name}`, given, 'a path that begins with "/", or false')
}
