import { parseDomain } from '../../authentication/server/domain.js'
import { andThen } from '../../base/awaitable.js'
import { withinDeadline } from '../../base/deadline.js'
import { Auth0Error, ConfigurationError } from '../../errors.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'

/**
 * Whose tokens this request may carry: those of the request's own domain, and of the issuers in `api.issuers`.
 * @throws ConfigurationError for an issuer that the function gave and that is none
 */
export function apiIssuers (context: PluginContext, request: RequestContext): Awaitable<readonly string[]> {
  const { issuers = [] } = context.config.api
  return andThen(request.server(), ({ issuer }) =>
    typeof issuers === 'function'
      ? resolved(context, request, issuers).then(more => [issuer, ...more])
      : [issuer, ...issuers])
}

async function resolved ({ config }: PluginContext, request: RequestContext,
  issuers: Extract<typeof config.api.issuers, (...args: never[]) => unknown>): Promise<readonly string[]> {
  const work = { seconds: config.httpTimeout, host: 'The "api.issuers" function' }
  const given: unknown = await withinDeadline(work, async () => await issuers(request.original)).catch(failed)
  if (!Array.isArray(given)) {
    throw new ConfigurationError('api.issuers', 'The "api.issuers" function must return a list of domains.')
  }
  return given.map(domain => parseDomain(domain as string, 'api.issuers').issuer)
}

function failed (error: unknown): never {
  throw error instanceof Auth0Error
    ? error
    : new ConfigurationError('api.issuers', 'The "api.issuers" function failed.', error)
}
