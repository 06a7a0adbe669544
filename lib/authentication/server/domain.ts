import { isIP } from '../../base/ip.js'
import { ConfigurationError, InvalidArgumentError } from '../../errors.js'

/** A domain as it is used everywhere: host (and port), and the issuer that belongs to it. */
export interface Domain {
  domain: string
  issuer: string
}

const FORM = /^(?:(https?):\/\/)?([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,39}\])(?::([1-9]\d{0,4}))?\/?$/i

/** Reads an Auth0 domain: a host, or its URL. `http:` is for loopback only, and so are IP addresses. */
export function parseDomain (value: string, option = 'domain'): Domain {
  const { scheme, host, hostname } = split(value) ?? malformed(option)
  if (!isLoopback(hostname)) {
    if (scheme === 'http') {
      throw new ConfigurationError(option, `Option "${option}" must not begin with "http:", except on loopback.`)
    }
    if (isIP(hostname.replace(/[[\]]/g, '')) !== 0) {
      throw new ConfigurationError(option, `Option "${option}" must not be an IP address, except on loopback.`)
    }
  }
  return { domain: host, issuer: `${scheme}://${host}/` }
}

/** A name of the public DNS: labels, and a top one that is no number. */
const DNS_NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}$/i

/**
 * Reads the domain a function of the request gave. It may be what the request's headers said, so it must be a DNS name,
 * or its `https:` URL; a tenant on loopback (development) must be spelt out as an `http:` URL, which no `Host` header
 * can.
 * @param option the function's name
 * @throws InvalidArgumentError
 */
export function parseResolvedDomain (value: unknown, option = 'domain'): Domain {
  const name = typeof value === 'string' ? value.replace(/^https:\/\/([^/]*)\/?$/i, '$1') : ''
  if (DNS_NAME.test(name) || /^http:\/\//i.test(name)) {
    const { scheme, host, hostname } = split(name) ?? {}
    if (host !== undefined && isLoopback(hostname!) === (scheme === 'http')) {
      return { domain: host, issuer: `${scheme!}://${host}/` }
    }
  }
  throw new InvalidArgumentError(option,
    `No tenant belongs to this request. What the "${option}" function returns must be a DNS name, or its https URL.`)
}

/** `undefined` unless the host is written as a URL parser writes it: `0x7f.1` is 127.0.0.1 in disguise. */
function split (value: string): { scheme: string, host: string, hostname: string } | undefined {
  const match = typeof value === 'string' ? FORM.exec(value) : null
  if (match === null) return undefined
  const scheme = match[1]?.toLowerCase() ?? 'https'
  const text = `${scheme}://${match[2]}${match[3] === undefined ? '' : `:${match[3]}`}`
  if (/(?:^|\.)(?:\.|$)/.test(match[2]!) || !URL.canParse(text)) return undefined
  const { host, hostname } = new URL(text)
  return hostname === match[2]!.toLowerCase() ? { scheme, host, hostname } : undefined
}

function malformed (option: string): never {
  throw new ConfigurationError(option,
    `Option "${option}" must be a host such as "acme.eu.auth0.com", or its URL without a path. Leave out spaces ` +
      'and quotation marks.')
}

/** Whether what goes to a URL is safe on its way: https, or http on loopback. */
export function isSecureUrl ({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Whether a URL's hostname is this machine. */
export function isLoopback (hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' ||
    (hostname.startsWith('127.') && isIP(hostname) === 4)
}
