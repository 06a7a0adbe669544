import type { CheckResult } from '../../types/checks.js'
import { jose } from '../tokens/jose.js'
import type { Config } from './config.js'
import type { Log } from './events.js'
import { loginCallbacks, logins, logouts } from './lazy-flows.js'

/**
 * Fetches the tenant's metadata and keys, and loads the flows of a login and what signs this client's tokens, so that
 * the first visitor does not wait for them. Logs which of these and of the stores fail. A failure changes nothing else:
 * the requests that need them try again.
 */
export async function startUp ({ apiOnly, assertion, requestObject, dpop }: Config, check: () => Promise<CheckResult>,
  log: Log, loadSigner: () => Promise<unknown> = jose): Promise<void> {
  const signs = assertion !== undefined || requestObject !== undefined || dpop !== undefined
  const flows = apiOnly ? [] : [logins(), loginCallbacks(), logouts()]
  const [{ checks }] = await Promise.all([check(), signs ? loadSigner() : undefined, ...flows])
  for (const { name, error } of checks) {
    if (error !== undefined) {
      log.warn({ code: 'start_check_failed', check: name }, `auth0 warning: "${name}" does not work: ${error}`)
    }
  }
}
