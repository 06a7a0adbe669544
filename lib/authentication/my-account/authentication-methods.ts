import { InvalidArgumentError } from '../../errors.js'
import { invalid } from '../../http/body.js'
import { isObject } from '../../base/json.js'
import { parseJson, parseJsonObject } from '../../http/json.js'
import { pathSegment, requireText } from '../server/arguments.js'
import { askMyAccount, callMyAccount, type MyAccountOptions, type MyAccountServer } from './my-account-call.js'
import { toCamelCase, toResult, toResults, toSnakeCase } from '../server/naming.js'

/** A factor the tenant offers. */
export interface Factor {
  type: string
  usage?: string[]
  [member: string]: unknown
}

/** The kinds of authentication methods. */
export type AuthenticationMethodType = 'passkey' | 'email' | 'phone' | 'totp' | 'push-notification' | 'recovery-code'
  | 'password'

/** A way in which the user logs in, or confirms a login. */
export interface AuthenticationMethod {
  id: string
  type: AuthenticationMethodType | (string & {})
  createdAt: string
  confirmed?: boolean
  usage?: string[]
  name?: string
  email?: string
  phoneNumber?: string
  preferredAuthenticationMethod?: 'sms' | 'voice'
  identityUserId?: string
  credentialDeviceType?: string
  credentialBackedUp?: boolean
  keyId?: string
  publicKey?: string
  transports?: string[]
  userAgent?: string
  userHandle?: string
  aaguid?: string
  relyingPartyId?: string
  lastPasswordReset?: string
  [member: string]: unknown
}

/** Changes of an authentication method. */
export interface UpdateAuthenticationMethodParams {
  name?: string | undefined
  preferredAuthenticationMethod?: 'sms' | 'voice' | undefined
}

/** Parameters that begin the enrolment of an authentication method. */
export interface EnrollAuthenticationMethodParams {
  type: AuthenticationMethodType
  /** For `email`. */
  email?: string | undefined
  /** For `phone`. */
  phoneNumber?: string | undefined
  preferredAuthenticationMethod?: 'sms' | 'voice' | undefined
  /** For `passkey` and `password`, where the user has several identities. */
  identityUserId?: string | undefined
  connection?: string | undefined
}

/** A method that is not verified yet. */
export interface AuthenticationMethodEnrollment {
  authenticationMethodId: string
  authSession: string
  /** For `passkey`: what `navigator.credentials.create` is asked with. */
  authnParamsPublicKey?: Record<string, unknown>
  [member: string]: unknown
}

/** Proof that completes the enrolment of an authentication method. */
export interface VerifyAuthenticationMethodParams {
  authSession: string
  /** Exactly one proof. */
  authnResponse?: object | undefined
  otpCode?: string | undefined
  recoveryCode?: string | undefined
  password?: string | undefined
}

const FACTORS = 'The list of factors'
const LIST = 'The list of authentication methods'
const METHOD = 'The authentication method'
const ENROLLMENT = 'The enrollment'
const TYPES: readonly string[] = ['passkey', 'email', 'phone', 'totp', 'push-notification', 'recovery-code', 'password']
const PROOFS = ['authnResponse', 'otpCode', 'recoveryCode', 'password'] as const

/** The factors the user may enroll. */
export async function getFactors (server: MyAccountServer, accessToken: string,
  options?: MyAccountOptions): Promise<Factor[]> {
  const answer = parseJson(
    await callMyAccount(server, accessToken, { method: 'GET', path: 'factors', what: FACTORS }, options),
    FACTORS
  )
  return toResults<Factor>(isObject(answer) ? answer.factors : answer, FACTORS)
}

/** The user's methods, of one type if asked so. */
export async function listAuthenticationMethods (
  server: MyAccountServer,
  accessToken: string,
  params: { type?: AuthenticationMethodType | undefined } = {},
  options?: MyAccountOptions
): Promise<AuthenticationMethod[]> {
  const answer = await askMyAccount(server, accessToken, {
    method: 'GET',
    path: 'authentication-methods',
    query: { type: params?.type },
    what: LIST
  }, options)
  return toResults<AuthenticationMethod>(answer.authentication_methods, LIST)
}

/** One of the user's methods. */
export async function getAuthenticationMethod (server: MyAccountServer, accessToken: string, id: string,
  options?: MyAccountOptions): Promise<AuthenticationMethod> {
  const call = { method: 'GET', path: pathOf(id), what: METHOD } as const
  return toResult(await askMyAccount(server, accessToken, call, options)) as unknown as AuthenticationMethod
}

/** Renames a method, or says how its codes are sent. */
export async function updateAuthenticationMethod (
  server: MyAccountServer,
  accessToken: string,
  id: string,
  params: UpdateAuthenticationMethodParams,
  options?: MyAccountOptions
): Promise<AuthenticationMethod> {
  const { name, preferredAuthenticationMethod } = params ?? {}
  const call = {
    method: 'PATCH',
    path: pathOf(id),
    what: METHOD,
    json: toSnakeCase({ name, preferredAuthenticationMethod })
  } as const
  return toResult(await askMyAccount(server, accessToken, call, options)) as unknown as AuthenticationMethod
}

/** Removes a method. */
export async function deleteAuthenticationMethod (server: MyAccountServer, accessToken: string, id: string,
  options?: MyAccountOptions): Promise<void> {
  await callMyAccount(server, accessToken, { method: 'DELETE', path: pathOf(id), what: METHOD }, options)
}

/** Begins to enroll a method; Auth0 names it in the `Location` header. */
export async function enrollAuthenticationMethod (
  server: MyAccountServer,
  accessToken: string,
  params: EnrollAuthenticationMethodParams,
  options?: MyAccountOptions
): Promise<AuthenticationMethodEnrollment> {
  requireText(params, 'type')
  if (!TYPES.includes(params.type)) {
    throw new InvalidArgumentError('type', `The argument "type" must be one of ${TYPES.join(', ')}.`)
  }
  if (params.type === 'email') requireText(params, 'email')
  if (params.type === 'phone') requireText(params, 'phoneNumber')
  const response = await callMyAccount(server, accessToken, {
    method: 'POST',
    path: 'authentication-methods',
    what: ENROLLMENT,
    json: toSnakeCase({ ...params })
  }, options)
  const answer = parseJsonObject(response, ENROLLMENT)
  if (typeof answer.auth_session !== 'string') throw invalid(`${ENROLLMENT}: "auth_session" is missing in the answer.`)
  return {
    ...toCamelCase(answer),
    authSession: answer.auth_session,
    authenticationMethodId: methodIdOf(response.headers.location, server)
  }
}

function methodIdOf (location: string | undefined, { issuer }: MyAccountServer): string {
  const segment = location !== undefined && URL.canParse(location, issuer)
    ? new URL(location, issuer).pathname.split('/').at(-1)!
    : ''
  try {
    // The address of the collection names none.
    if (segment !== '' && segment !== 'authentication-methods') return decodeURIComponent(segment)
  } catch (error) {
    throw invalid(`${ENROLLMENT}: the answer's "Location" cannot be decoded.`, error)
  }
  throw invalid(`${ENROLLMENT}: the answer names no authentication method.`)
}

/** Finishes an enrollment with the user's proof. */
export async function verifyAuthenticationMethod (
  server: MyAccountServer,
  accessToken: string,
  id: string,
  params: VerifyAuthenticationMethodParams,
  options?: MyAccountOptions
): Promise<AuthenticationMethod> {
  requireText(params, 'authSession')
  if (PROOFS.filter(name => params[name] !== undefined).length > 1) {
    throw new InvalidArgumentError('authnResponse', 'Only one of the ' +
      `arguments ${PROOFS.map(name => `"${name}"`).join(', ')} may be given.`)
  }
  const { authSession, authnResponse, otpCode, recoveryCode, password } = params
  const answer = await askMyAccount(server, accessToken, {
    method: 'POST',
    path: `${pathOf(id)}/verify`,
    what: 'The verification',
    json: toSnakeCase({ authSession, authnResponse, otpCode, recoveryCode, password }),
    secrets: [authSession, otpCode, recoveryCode, password]
  }, options)
  return toResult(answer) as unknown as AuthenticationMethod
}

function pathOf (id: string): string {
  requireText({ id }, 'id')
  return `authentication-methods/${pathSegment('id', id)}`
}
