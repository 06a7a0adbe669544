import type { TokenResponse } from '../../../types/tokens.js'
import { InvalidArgumentError } from '../../errors.js'
import { asJson, requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { tokenExchangeGrant, type AudienceAndScope, type TokenRequestOptions } from './grants.js'

/** What a mobile application got from the provider's own SDK. */
export type NativeSocialToken = 'apple-authz-code' | 'apple-id-token' | 'facebook-info-session-access-token'
  | 'google-id-token'

/** Parameters of a native login with a social provider. */
export interface NativeSocialLoginParams extends AudienceAndScope {
  subjectToken: string
  kind: NativeSocialToken
  /** What the provider told the application only: Apple's name, Facebook's profile. */
  userProfile?: object | undefined
}

const KINDS: readonly string[] = ['apple-authz-code', 'apple-id-token', 'facebook-info-session-access-token',
  'google-id-token']

/** Logs in with what a provider's SDK gave a mobile application. @see RFC 8693 */
export async function nativeSocialLogin (server: AuthorizationServer, params: NativeSocialLoginParams,
  options?: TokenRequestOptions): Promise<TokenResponse> {
  requireText(params, 'subjectToken', 'kind')
  const { subjectToken, kind, userProfile, audience, scope } = params
  if (!KINDS.includes(kind)) {
    throw new InvalidArgumentError('kind', `The argument "kind" must be one of ${KINDS.join(', ')}.`)
  }
  return tokenExchangeGrant(server, {
    subjectToken,
    subjectTokenType: `http://auth0.com/oauth/token-type/${kind}`,
    audience,
    scope,
    extra: userProfile === undefined ? undefined : { user_profile: asJson('userProfile', userProfile) }
  }, options)
}
