import type { CheckResult } from '../../types/checks.js'
import type { Log } from './events.js'

/**
 * Fetches the tenant's metadata and keys, so that the first visitor does not wait for them, and logs which of these and
 * of the stores fail. A failure changes nothing else: the requests that need them try again.
 */
export async function startUp (check: () => Promise<CheckResult>, log: Log): Promise<void> {
  const { checks } = await check()
  for (const { name, error } of checks) {
    if (error !== undefined) {
      log.warn({ code: 'start_check_failed', check: name }, `auth0 warning: "${name}" does not work: ${error}`)
    }
  }
}
