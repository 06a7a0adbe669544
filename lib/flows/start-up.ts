import type { CheckResult } from '../../types/checks.js'
import type { Log } from './events.js'

/**
 * Begins what the first visitor would otherwise wait for, the tenant's metadata and its keys, and says what of these
 * and
 * of the stores does not work. A failure changes nothing else: whoever needs them asks again and learns of it.
 */
export async function startUp (check: () => Promise<CheckResult>, log: Log): Promise<void> {
  const { checks } = await check()
  for (const { name, error } of checks) {
    if (error !== undefined) {
      log.warn({ code: 'start_check_failed', check: name }, `auth0 warning: "${name}" does not work: ${error}`)
    }
  }
}
