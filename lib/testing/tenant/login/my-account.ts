import { checkBearer, type Bearer } from '../tokens/bearer.js'
import type { TenantContext } from '../engine/context.js'
import { TenantError, type TenantAnswer, type TenantRequest } from '../engine/exchange.js'
import type { Route } from '../engine/route.js'
import type { RefreshTokenPolicy, TenantResourceServer } from '../options.js'

const objects = {
  connected_accounts: ['create', 'read', 'delete'],
  authentication_methods: ['create', 'read', 'update', 'delete'],
  factors: ['read']
}
const scopes = Object.entries(objects).flatMap(([object, verbs]) => verbs.map(verb => `${verb}:me:${object}`))

/** The My Account API as one of the tenant's APIs. */
export function myAccountApi (issuer: string): TenantResourceServer {
  return { identifier: `${issuer}me/`, name: 'My Account API', scopes }
}

/** Every application may use its refresh tokens for the My Account API. */
export function myAccountPolicy (issuer: string): RefreshTokenPolicy {
  return { audience: `${issuer}me/`, scope: scopes }
}

/** An error of the My Account API. @see RFC 7807 */
export function accountError (status: number, title: string, detail: string,
  validationErrors?: readonly Record<string, string>[]): TenantError {
  return new TenantError(status, {
    type: `https://auth0.com/api-errors#A0E-${status}-0001`,
    title,
    detail,
    status,
    validation_errors: validationErrors
  })
}

/** An error about one field of the body. */
export function invalidField (field: string, detail: string): TenantError {
  return accountError(400, 'Validation Error', 'The request body is not valid.', [{
    field,
    detail,
    pointer: `/${field}`,
    source: 'body'
  }])
}

/** A string of the body that must be there. */
export function requiredField (request: TenantRequest, field: string): string {
  const value = request.body[field]
  if (typeof value !== 'string' || value === '') throw invalidField(field, `${field} is required`)
  return value
}

/** What an endpoint of the My Account API does for a user. */
type AccountHandler = (bearer: Bearer, request: TenantRequest,
  params: Record<string, string>) => Promise<TenantAnswer> | TenantAnswer

/** An endpoint of the My Account API. */
export function accountRoute (tenant: TenantContext, method: string, path: string, scope: string,
  handle: AccountHandler): Route {
  return {
    method,
    path: `/me/v1${path}`,
    async handle (request, params) {
      try {
        return await handle(await checkBearer(tenant, request, { audience: `${tenant.issuer}me/`, scope }), request,
          params)
      } catch (error) {
        if (!(error instanceof TenantError) || error.body.title !== undefined) throw error
        throw accountError(error.status, error.status === 403 ? 'Insufficient Scope' : 'Unauthorized',
          String(error.body.error_description))
      }
    }
  }
}

/** One page of a list; `from` is the `next` of the page before. */
export function pageOf<T extends { id?: string, name?: string }> (items: readonly T[],
  request: TenantRequest): { items: T[], next?: string } {
  const { from, take = '10' } = request.query
  const size = Number(take)
  if (!Number.isInteger(size) || size < 1 || size > 20) throw invalidField('take', 'take must be 1 to 20')
  const cursor = from === undefined ? '0' : Buffer.from(from, 'base64url').toString()
  if (!/^\d+$/u.test(cursor)) throw invalidField('from', 'from is not a cursor')
  const start = Number(cursor)
  const end = start + size
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { next: Buffer.from(String(end)).toString('base64url') } : {})
  }
}
