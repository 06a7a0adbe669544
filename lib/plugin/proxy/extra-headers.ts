import type { FastifyRequest } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { refuseOption, type Rule } from '../options/rules.js'
import type { ProxyOptions, UpstreamHeaders } from '../../../types/proxy.js'
import type { WireHeaders } from './request-headers.js'

/** What the proxy itself decides. */
const OURS = new Set(['connection', 'content-length', 'dpop', 'expect', 'host', 'keep-alive', 'te', 'trailer',
  'transfer-encoding', 'upgrade'])
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** `headers`: a function is asked for each request, and what it gives is checked then. */
export const checkedHeaders: Rule<NonNullable<ProxyOptions['headers']>> = (value, option) => {
  if (typeof value === 'function') return value as (request: FastifyRequest) => UpstreamHeaders
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuseOption(option, value, 'an object of headers, or a function that gives one')
  }
  return Object.freeze(checked(value as UpstreamHeaders))
}

/**
 * Puts the headers of the options among those that go upstream; `undefined` takes one away.
 * @throws ConfigurationError for a header that cannot be sent
 */
export function addHeaders (headers: WireHeaders, given: NonNullable<ProxyOptions['headers']>,
  request: FastifyRequest): void {
  const extra = typeof given === 'function' ? checked(given(request)) : given
  for (const name in extra) {
    const value = extra[name]
    if (value === undefined) delete headers[name]
    else headers[name] = value
  }
}

function checked (given: UpstreamHeaders): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [written, value] of Object.entries(given)) {
    const name = written.toLowerCase()
    if (!NAME.test(name) || OURS.has(name)) {
      throw new ConfigurationError(`headers.${name}`, `Option "headers.${name}" must not be given: the proxy sets ` +
        'it, or its name is not valid.')
    }
    if (value !== undefined && (typeof value !== 'string' || !VALUE.test(value))) {
      return refuseOption(`headers.${name}`, value, 'a text without line breaks')
    }
    headers[name] = value
  }
  return headers
}
