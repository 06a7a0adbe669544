import { MissingRequiredArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { isObject } from '../../base/json.js'
import { callJson } from '../server/api-call.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { toSnakeCase } from '../server/naming.js'
import type { RequestOptions } from '../server/request-options.js'

/** Who signs up. One identifier is needed; which, the connection decides. */
export interface PasskeyUserProfile {
  email?: string | undefined
  phoneNumber?: string | undefined
  username?: string | undefined
  name?: string | undefined
  givenName?: string | undefined
  familyName?: string | undefined
  nickname?: string | undefined
  picture?: string | undefined
}

/** Parameters of `/passkey/register`. */
export interface PasskeySignupParams {
  userProfile: PasskeyUserProfile
  /** The database connection. */
  connection?: string | undefined
  organization?: string | undefined
  userMetadata?: Record<string, string> | undefined
}

/** Parameters of `/passkey/challenge`. */
export interface PasskeyLoginParams {
  connection?: string | undefined
  organization?: string | undefined
  username?: string | undefined
}

/** What `navigator.credentials` is asked with. The answer goes, with `authSession`, to `getToken.webauthn`. */
export interface PasskeyChallenge {
  authSession: string
  authnParamsPublicKey: Record<string, unknown>
}

/** Begins a signup with a passkey. Passkeys need a custom domain. @see WebAuthn Level 2 section 5.4 */
export async function passkeySignupChallenge (server: AuthorizationServer, params: PasskeySignupParams,
  options?: RequestOptions): Promise<PasskeyChallenge> {
  if (params?.userProfile === undefined) throw new MissingRequiredArgumentError('userProfile')
  const { userProfile, connection, organization, userMetadata } = params
  return challenge(server, 'passkey/register', {
    user_profile: toSnakeCase({ ...userProfile }),
    realm: connection,
    organization,
    user_metadata: userMetadata
  }, options)
}

/** Begins a login with a passkey. @see WebAuthn Level 2 section 5.5 */
export async function passkeyLoginChallenge (server: AuthorizationServer, params: PasskeyLoginParams = {},
  options?: RequestOptions): Promise<PasskeyChallenge> {
  const { connection, organization, username } = params
  return challenge(server, 'passkey/challenge', { realm: connection, organization, username }, options)
}

async function challenge (server: AuthorizationServer, path: string, json: Record<string, unknown>,
  options?: RequestOptions): Promise<PasskeyChallenge> {
  const what = 'The passkey challenge'
  const answer = await callJson(server, { method: 'POST', path, what, json, authenticate: true }, options)
  const { auth_session: authSession, authn_params_public_key: authnParamsPublicKey } = answer
  if (typeof authSession !== 'string' || !isObject(authnParamsPublicKey)) {
    throw invalid(`${what}: the answer holds no challenge.`)
  }
  return { authSession, authnParamsPublicKey }
}
