import { parseResolvedDomain } from '../../authentication/server/domain.js'
import { andThen } from '../../base/awaitable.js'
import { withinDeadline } from '../../base/deadline.js'
import { Auth0Error, ConfigurationError } from '../../errors.js'
import { isStringList } from '../../tokens/claim-rules.js'
import type { Awaitable } from '../../../types/stores.js'
import type { PluginContext, RequestContext } from '../context.js'

/**
 * Whose tokens this request may carry: those of the request's own domain, and of the issuers in `api.issuers`.
 * @throws ConfigurationError where the function fails or gives no list of texts, InvalidArgumentError for an issuer
 * that it gave and that is none: it may be what the request's headers said
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
  if (!isStringList(given)) {
    throw new ConfigurationError('api.issuers', 'The "api.issuers" function must return a list of domains.')
  }
  return given.map(domain => parseResolvedDomain(domain, 'api.issuers').issuer)
}

function failed (error: unknown): never {
  throw error instanceof Auth0Error
    ? error
    : new ConfigurationError('api.issuers', 'The "api.issuers" function failed.', error)
}
