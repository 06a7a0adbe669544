import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { callApi, callJson } from '../server/api-call.js'
import { requireText } from '../server/arguments.js'
import type { AuthorizationServer } from '../server/authorization-server.js'
import { toSnakeCase } from '../server/naming.js'
import type { RequestOptions } from '../server/request-options.js'

/** Parameters of `/dbconnections/signup`. */
export interface SignupParams {
  connection: string
  password: string
  /** Required unless the connection takes another identifier. */
  email?: string | undefined
  username?: string | undefined
  phoneNumber?: string | undefined
  givenName?: string | undefined
  familyName?: string | undefined
  name?: string | undefined
  nickname?: string | undefined
  picture?: string | undefined
  /** Up to ten texts of up to 500 characters. */
  userMetadata?: Record<string, string> | undefined
}

/** A user who just signed up. */
export interface SignedUpUser {
  /** The id without the `auth0|` in front. */
  id: string
  email?: string
  email_verified?: boolean
  username?: string
  [member: string]: unknown
}

/** Creates a user in a database connection. */
export async function signup (server: AuthorizationServer, params: SignupParams,
  options?: RequestOptions): Promise<SignedUpUser> {
  requireText(params, 'connection', 'password')
  const { userMetadata, email, username, phoneNumber } = params
  if (!email && !username && !phoneNumber) throw new MissingRequiredArgumentError('email')
  if (userMetadata !== undefined && !isUserMetadata(userMetadata as unknown)) {
    throw new InvalidArgumentError('userMetadata',
      'The argument "userMetadata" may hold up to ten texts of up to 500 characters.')
  }
  const user = await callJson(server, {
    method: 'POST',
    path: 'dbconnections/signup',
    what: 'The signup',
    json: { ...toSnakeCase({ ...params }), client_id: server.clientId },
    secrets: [params.password]
  }, options)
  return { ...user, id: [user._id, user.id, user.user_id].find(id => typeof id === 'string') as string }
}

function isUserMetadata (metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null) return false
  const entries = Object.entries(metadata)
  return entries.length <= 10 &&
    entries.every(([name, value]) => name.length <= 100 && typeof value === 'string' && value.length <= 500)
}

/** Parameters of `/dbconnections/change_password`. */
export interface ChangePasswordParams {
  connection: string
  /** Required unless the connection knows its users by `username` only. */
  email?: string | undefined
  username?: string | undefined
  /** An organization's id. */
  organization?: string | undefined
}

/**
 * Sends the user an e-mail to choose a new password; returns Auth0's message. It does not tell whether the user exists.
 */
export async function changePassword (server: AuthorizationServer, params: ChangePasswordParams,
  options?: RequestOptions): Promise<string> {
  requireText(params, 'connection')
  requireText(params, params.username === undefined ? 'email' : 'username')
  const { email, username, connection, organization } = params
  const response = await callApi(server, {
    method: 'POST',
    path: 'dbconnections/change_password',
    what: 'The change of password',
    json: { client_id: server.clientId, email, username, connection, organization }
  }, { ...options, headers: { accept: 'text/plain, text/html, application/json', ...options?.headers } })
  return response.body
}
