import { existsSync } from 'node:fs'

/**
 * The `skip` of a test that needs a program: `false` when it is there, else the reason, which the report names.
 * With `FORBID_SKIPS` set (continuous integration) nothing is skipped, and the test fails for lack of the program.
 */
export function skipWithout (program: string, path: string): string | false {
  return existsSync(path) || process.env.FORBID_SKIPS ? false : `${program} is not installed (${path})`
}
