import { STATUS_CODES } from 'node:http'
import type { TenantContext } from '../engine/context.js'
import { TenantError, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import type { ManagementState } from './state.js'

/** One call of the Management API. */
export interface ManagementCall {
  tenant: TenantContext
  state: ManagementState
  request: TenantRequest
  /** What is in the path besides the fixed text. */
  params: Record<string, string>
  query: URLSearchParams
  body: Readonly<Record<string, unknown>>
  /** Whose access token came with it. */
  clientId: string
}

/** One endpoint of the Management API. */
export interface ManagementEndpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v2`; `:name` matches one segment. */
  path: string
  /** Any of these is enough. */
  scopes: readonly string[]
  /** What the log says about it; reading is not logged. */
  says?: string
  /** A further event of the log, such as the deletion of a user. */
  event?: (call: ManagementCall) => { type: string, [field: string]: unknown } | undefined
  handle: (call: ManagementCall) => TenantAnswer | Promise<TenantAnswer>
}

type Handle = ManagementEndpoint['handle']

/** An endpoint that reads; any of the scopes, which spaces separate, is enough. */
export function get (path: string, scopes: string, handle: Handle): ManagementEndpoint {
  return { method: 'GET', path, scopes: scopes.split(' '), handle }
}

const changing = (method: ManagementEndpoint['method']) =>
  (path: string, scopes: string, says: string, handle: Handle): ManagementEndpoint =>
    ({ method, path, scopes: scopes.split(' '), says, handle })

/** Endpoints that change something, and what the log says about it. */
export const post = changing('POST')
export const put = changing('PUT')
export const patch = changing('PATCH')
export const del = changing('DELETE')

/** An error in the form of the Management API. */
export function managementError (statusCode: number, message: string, errorCode?: string): TenantError {
  return new TenantError(statusCode, { statusCode, error: STATUS_CODES[statusCode], message, errorCode })
}

/** What a call names, which must be there. */
export function existing<T> (thing: T | undefined, message: string, errorCode: string): T {
  if (thing === undefined) throw managementError(404, message, errorCode)
  return thing
}

/** The error of a body that cannot be used. */
export function invalidBody (message: string): TenantError {
  return managementError(400, `Payload validation error: '${message}'.`, 'invalid_body')
}

/** A text of the body that must be there. */
export function requiredText ({ body }: Pick<ManagementCall, 'body'>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw invalidBody(`Missing required property: ${name}`)
  return value
}

/** A parameter of the query that must be there. */
export function requiredQuery ({ query }: ManagementCall, name: string): string {
  const value = query.get(name)
  if (value !== null) return value
  throw managementError(400, `Query validation error: 'Missing required property: ${name}'.`, 'invalid_query_string')
}

/** A list of texts of the body that must be there. */
export function requiredTexts ({ body }: ManagementCall, name: string): string[] {
  const value = body[name]
  if (!Array.isArray(value) || value.length === 0 || !value.every(item => typeof item === 'string')) {
    throw invalidBody(`Expected type array but found type ${typeof value} on property ${name}`)
  }
  return value
}
