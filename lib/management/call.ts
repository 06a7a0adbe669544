import type { Readable } from 'node:stream'
import type { CallOptions, UploadOptions } from '../../types/management.js'
import { InvalidArgumentError, MissingRequiredArgumentError } from '../errors.js'
import { callHeaders, checkCallLimits } from '../http/call-limits.js'
import { pathWriter, queryString } from './address.js'
import type { Row, Verb } from './endpoint.js'
import { multipart } from './multipart.js'

/** One call of an endpoint, ready to be sent. */
export interface ApiRequest {
  /** Method and path as documented, for messages. */
  what: string
  verb: Verb
  /** Path and query, encoded. */
  target: string
  headers: Record<string, string>
  /** Made anew for each attempt. */
  body: (() => string | Readable) | undefined
  /** Whether the body can be sent again. */
  repeatable: boolean
  options: CallOptions
}

const NO_OPTIONS: UploadOptions = {}
const OPTIONS = new Set(['signal', 'timeout', 'headers'])

/** The reader of a row's arguments: path parameters, then the body, then the query, then the options. */
export function callReader (row: Row<unknown>): (args: readonly unknown[]) => Promise<ApiRequest> | ApiRequest {
  const { verb, path, body, query, form } = row
  const ids = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]!)
  const what = `${verb} ${path}`
  const writePath = pathWriter(path, ids)
  const queryAt = ids.length + (body === undefined ? 0 : 1)
  const optionsAt = queryAt + (query === undefined ? 0 : 1)
  const known = form === undefined
    ? OPTIONS
    : new Set([...OPTIONS, form === 'multipart' ? 'onProgress' : 'maxReconnects'])
  return args => {
    const target = writePath(args) + (query === undefined ? '' : queryString(args[queryAt]))
    const options = readUploadOptions(args[optionsAt], known)
    const call: ApiRequest = {
      what,
      verb,
      target,
      headers: callHeaders(options.headers),
      body: undefined,
      repeatable: true,
      options
    }
    if (body === undefined) return call
    const given = args[ids.length]
    if (given === undefined && !body.optional) throw new MissingRequiredArgumentError('body', `${what} needs a body.`)
    if (given === undefined && body.omitted === true) return call
    if (given !== undefined && !(body.text === true && typeof given === 'string')) checkBody(what, given)
    if (form === 'multipart') return withFile(call, given as Record<string, unknown>, options)
    const json = toJson(given ?? {})
    call.headers['content-type'] = 'application/json'
    call.body = () => json
    return call
  }
}

async function withFile (call: ApiRequest, fields: Record<string, unknown>,
  { onProgress }: UploadOptions): Promise<ApiRequest> {
  const { headers, body, repeatable } = await multipart(fields, 'users', onProgress)
  return { ...call, headers: { ...call.headers, ...headers }, body, repeatable }
}

/** The options of a call. One that is not known is probably a query or a body in the wrong place. */
function readUploadOptions (options: unknown, known: ReadonlySet<string>): UploadOptions {
  if (options === undefined) return NO_OPTIONS
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('options', 'The call options must be an object.')
  }
  const stray = Object.keys(options).find(name => !known.has(name))
  if (stray !== undefined) {
    throw new InvalidArgumentError('options', `The call options have no "${stray}"; they are ${[...known].join(', ')}.`)
  }
  checkCallLimits(options)
  return options
}

/** A body is an object or a list: anything else would be sent as none, or as an empty one. */
function checkBody (what: string, body: unknown): void {
  if (typeof body !== 'object' || body === null || (Symbol.iterator in body && !Array.isArray(body))) {
    throw new InvalidArgumentError('body', `The body of ${what} must be an object.`)
  }
}

function toJson (body: unknown): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    throw new InvalidArgumentError('body', 'The argument "body" cannot be written as JSON.', error)
  }
}
