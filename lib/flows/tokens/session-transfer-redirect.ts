import { requireText } from '../../authentication/server/arguments.js'
import { isSecureUrl } from '../../authentication/server/domain.js'
import { InvalidArgumentError } from '../../errors.js'
import type { SessionTransferToken } from './session-transfer.js'

/**
 * The URL that hands a session transfer token to another application's login.
 * @throws MissingRequiredArgumentError without the token, InvalidArgumentError unless the target is https (http on
 * loopback) without a fragment
 */
export function buildSessionTransferRedirect (targetLoginUrl: string | URL,
  token: Pick<SessionTransferToken, 'sessionTransferToken'>, options: { organization?: string } = {}): URL {
  if (!URL.canParse(String(targetLoginUrl))) {
    throw new InvalidArgumentError('targetLoginUrl', 'The target must be an absolute URL.')
  }
  const url = new URL(targetLoginUrl)
  if (!isSecureUrl(url) || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('targetLoginUrl',
      'The target must be an https URL (http on loopback only) without user and fragment.')
  }
  const { organization } = options
  requireText(token, 'sessionTransferToken')
  if (organization !== undefined && (typeof organization !== 'string' || organization.trim() === '')) {
    throw new InvalidArgumentError('organization', 'The argument "organization" must be an id or a name.')
  }
  url.searchParams.set('session_transfer_token', token.sessionTransferToken)
  if (organization !== undefined) url.searchParams.set('organization', organization)
  return url
}
