import { Auth0Error, TokenValidationError } from '../../lib/errors.js'

/**
 * How a verification ended, in one word: `accepted`, the `reason` of a refusal, or the `code` of any other error of
 * ours.
 */
export async function problemOf (work: () => unknown): Promise<string> {
  try {
    await work()
    return 'accepted'
  } catch (error) {
    if (error instanceof TokenValidationError) return error.reason
    if (error instanceof Auth0Error) return error.code
    throw error
  }
}

/** The error something ends with. */
export async function errorOf (work: () => unknown): Promise<Auth0Error> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Auth0Error) return error
    throw error
  }
  throw new Error('Expected an error.')
}
