import { ConfigurationError } from '../../errors.js'
import { withoutSlashAtEnd } from '../options/app-base.js'
import { describe, checkMembers, flag, oneOf, refuseOption, seconds, text, type Rule } from '../options/rules.js'
import type { ProxyOptions } from '../../../types/proxy.js'
import { checkedHeaders } from './extra-headers.js'

const METHODS = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT']

/** The options of a proxy after every check, with every default applied. */
export interface ProxyConfig {
  /** Scheme, host and port of the upstream. */
  origin: string
  /** Path in front of the proxied routes below the scope's own; no slash at its end. */
  prefix: string
  /** Path of the upstream that takes its place; no slash at its end. */
  rewritePrefix: string
  audience: string | undefined
  scope: string | undefined
  token: 'user' | 'application' | 'none'
  methods: string[]
  sameOrigin: boolean
  retryOn401: boolean
  timeout: number
  headers: NonNullable<ProxyOptions['headers']>
  websocket: boolean
  tls: NonNullable<ProxyOptions['tls']>
}

const upstream: Rule<URL> = (value, option) => {
  const accepted = 'the address of an API, such as https://api.example.com, without credentials, query and fragment'
  if (typeof value !== 'string' || !URL.canParse(value)) return refuseOption(option, value, accepted)
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && !/[?#]/.test(value)
    ? url
    : refuseOption(option, value, accepted)
}

/** A path without what a router or a server takes for more than text. */
const path: Rule<string> = (value, option) =>
  value === '' || (typeof value === 'string' && /^\/(?:[\w\-.~%@!$&'()+,=]+(?:\/|$))*$/.test(value) &&
    !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(value))
    ? withoutSlashAtEnd(value)
    : refuseOption(option, value, 'a path that begins with "/", without parameters, wildcards and dot segments')

const methods: Rule<string[]> = (value, option) =>
  Array.isArray(value) && value.length > 0 &&
    value.every(method => typeof method === 'string' && /^(?!TRACE$|CONNECT$)[A-Z]+$/.test(method))
    ? [...value as string[]]
    : refuseOption(option, value, 'a list of methods in capitals, without TRACE and CONNECT')

const pem: Rule<string | Buffer> = (value, option) =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value : refuseOption(option, value, 'a text in PEM')

const tls: Rule<NonNullable<ProxyOptions['tls']>> = (value, option) => {
  if (typeof value !== 'object' || value === null) return refuseOption(option, value, 'an object')
  return checkMembers(value as Record<string, unknown>, { ca: pem, cert: pem, key: pem, passphrase: text },
    name => `${option}.${name}`)
}

const rules = {
  upstream,
  prefix: path,
  rewritePrefix: path,
  audience: text,
  scope: text,
  token: oneOf('user', 'application', 'none'),
  methods,
  sameOrigin: flag,
  retryOn401: flag,
  timeout: seconds(0.01, 3600),
  headers: checkedHeaders,
  websocket: flag,
  tls
} satisfies Record<keyof ProxyOptions, Rule<unknown>>

/**
 * Checks the options of a proxy.
 * @param audience the plugin's own option
 * @throws ConfigurationError naming the option and what is accepted
 */
export function parseProxyOptions (options: ProxyOptions, audience: string | undefined): ProxyConfig {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('proxy', `The options of "proxy()" must be an object; got ${describe(options)}.`)
  }
  const given = checkMembers(options as unknown as Record<string, unknown>, rules, name => name)
  if (given.upstream === undefined) {
    throw new ConfigurationError('upstream', 'Option "upstream" must be given: the address of the API.')
  }
  const base = withoutSlashAtEnd(given.upstream.pathname)
  const rewritePrefix = given.rewritePrefix ?? base
  if (rewritePrefix !== base && !rewritePrefix.startsWith(`${base}/`)) {
    throw new ConfigurationError('rewritePrefix',
      `Option "rewritePrefix" must be the path of "upstream" or below it: "${base}".`)
  }
  const { token = 'user' } = given
  if (token === 'application' && given.audience === undefined && audience === undefined) {
    throw new ConfigurationError('audience',
      'Option "audience" must be given with "token: \'application\'": the identifier of the API.')
  }
  const { headers = {} } = given
  if (token !== 'none' && typeof headers === 'object' && Object.hasOwn(headers, 'authorization')) {
    throw new ConfigurationError('headers.authorization',
      'Option "headers.authorization" must not be given with a token. Set "token" to "none" to send another one.')
  }
  return Object.freeze({
    origin: given.upstream.origin,
    prefix: given.prefix ?? '',
    rewritePrefix,
    audience: given.audience,
    scope: given.scope,
    token,
    methods: given.methods ?? METHODS,
    sameOrigin: given.sameOrigin ?? true,
    retryOn401: given.retryOn401 ?? true,
    timeout: given.timeout ?? 30,
    headers,
    websocket: given.websocket ?? false,
    tls: given.tls ?? {}
  })
}
