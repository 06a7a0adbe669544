import { InvalidArgumentError } from '../../errors.js'
import type { RequestContext } from '../context.js'

/**
 * The organization of a login, whichever way it takes: a configured one is enforced; without one the caller may choose.
 * @throws InvalidArgumentError
 */
export async function loginOrganization (request: RequestContext, asked: unknown): Promise<string | undefined> {
  const enforced = await request.organization()
  if (enforced !== undefined && asked !== undefined && asked !== enforced) {
    throw new InvalidArgumentError('organization',
      'This application logs in to one organization only, and it is another one.')
  }
  const organization = enforced ?? asked
  if (organization === undefined) return undefined
  if (typeof organization !== 'string' || organization.trim() === '') {
    throw new InvalidArgumentError('organization', 'The organization must be a non-empty id or name.')
  }
  return organization
}
