import { InvalidArgumentError, OrganizationTokenValidationError } from '../../errors.js'
import type { Auth0Options } from '../../../types/options.js'
import type { Awaitable, Transaction } from '../../../types/stores.js'
import type { IdTokenClaims } from '../../../types/tokens.js'
import type { PluginContext, RequestContext } from '../context.js'

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

/**
 * The organization that Auth0 found for an e-mail domain, which only showed the way. One that was expected is compared
 * where the ID token is verified; otherwise `allowOrganization` decides.
 * @throws OrganizationTokenValidationError
 */
export function checkFoundOrganization ({ config: { allowOrganization } }: PluginContext, request: RequestContext,
  { enterprise, organization: expected }: Transaction, { org_id: found }: IdTokenClaims): Awaitable<void> {
  if (enterprise !== true || expected !== undefined || allowOrganization === undefined) return undefined
  return checkAllowed(allowOrganization, request, found)
}

async function checkAllowed (allowOrganization: NonNullable<Auth0Options['allowOrganization']>, request: RequestContext,
  found: unknown): Promise<void> {
  if (typeof found !== 'string' || await allowOrganization(request.original, found) !== true) {
    throw new OrganizationTokenValidationError('org_id', 'The login was in an organization that is not allowed here.')
  }
}
