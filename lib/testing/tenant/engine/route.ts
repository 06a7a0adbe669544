import type { TenantAnswer, TenantRequest } from './exchange.js'

/** An answer to one kind of request. */
export interface Route {
  method: string
  /** `:name` matches one segment. */
  path: string
  handle: (request: TenantRequest, params: Record<string, string>) => Promise<TenantAnswer> | TenantAnswer
}

/** What answers requests of a method to a path. */
export function route (method: string, path: string, handle: Route['handle']): Route {
  return { method, path, handle }
}
