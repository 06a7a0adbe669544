import type { TenantContext } from './context.js'

/** An error in Auth0's words for the engine to answer with: a redirect on `/authorize`, JSON elsewhere. */
export function refusal ({ engine }: Pick<TenantContext, 'engine'>, error: string, description: string,
  status = 400): Error {
  return Object.assign(new engine.errors.CustomOIDCProviderError(error, description), { status, statusCode: status })
}
