import { InvalidArgumentError, MissingRequiredArgumentError } from '../../errors.js'
import { asJson, extraParams, requireText } from '../server/arguments.js'
import { camelCase, toSnakeCase } from '../server/naming.js'

/** Parameters of `/authorize`, camel case. @see OpenID Connect Core section 3.1.2.1 */
export interface AuthorizeParams {
  redirectUri?: string | undefined
  /** Default `code`. */
  responseType?: string | undefined
  responseMode?: 'query' | 'fragment' | 'form_post' | 'web_message' | undefined
  /** Default `openid profile email`. */
  scope?: string | undefined
  audience?: string | undefined
  state?: string | undefined
  nonce?: string | undefined
  /** From `authorize.pkce()`. */
  codeChallenge?: string | undefined
  connection?: string | undefined
  connectionScope?: string | undefined
  prompt?: string | undefined
  maxAge?: number | undefined
  loginHint?: string | undefined
  acrValues?: string | undefined
  uiLocales?: string | undefined
  screenHint?: string | undefined
  /** An organization's id or name. */
  organization?: string | undefined
  /** Only together with `organization`. */
  invitation?: string | undefined
  resource?: string | undefined
  dpopJkt?: string | undefined
  /** From `pushedAuthorization.push()`: then nothing else is sent. */
  requestUri?: string | undefined
  /** A signed request object. @see RFC 9101 */
  request?: string | undefined
  /** @see RFC 9396 */
  authorizationDetails?: readonly Record<string, unknown>[] | string | undefined
  /** Parameters of the tenant's own, as they are. */
  extra?: Record<string, string> | undefined
}

/** The parameters of a pushed request, which needs `redirectUri`. @see RFC 9126 section 2.1 */
export function pushedParams (params: AuthorizeParams): Record<string, string> {
  if (params?.request === undefined && params?.requestUri === undefined) requireText(params, 'redirectUri')
  return authorizationParams(params)
}

/**
 * The parameters as they are sent, without the client's id. Without `redirectUri` Auth0 takes the application's only
 * one.
 */
export function authorizationParams (params: AuthorizeParams): Record<string, string> {
  const { extra, requestUri, ...known } = params ?? {}
  if (requestUri !== undefined) {
    requireText({ requestUri }, 'requestUri')
    return { request_uri: requestUri }
  }
  if (known.request !== undefined) {
    requireText({ request: known.request }, 'request')
    return { request: known.request }
  }
  if (known.redirectUri !== undefined) requireText(known, 'redirectUri')
  for (const [name, value] of Object.entries(known)) {
    if (!isWritable(name, value)) {
      throw new InvalidArgumentError(name, `The argument "${name}" must be ${FORMS[name] ?? 'a string'}.`)
    }
  }
  if (known.invitation !== undefined && !known.organization) throw new MissingRequiredArgumentError('organization')
  const sent = {
    ...extraParams(extra),
    ...toSnakeCase({
      responseType: 'code',
      scope: 'openid profile email',
      ...defined(known),
      ...(known.codeChallenge !== undefined && { codeChallengeMethod: 'S256' })
    })
  }
  return Object.fromEntries(Object.entries(sent).map(([name, value]) =>
    [name, typeof value === 'object' ? asJson(camelCase(name), value) : String(value)]))
}

const FORMS: Readonly<Record<string, string>> = {
  maxAge: 'a number of seconds',
  authorizationDetails: 'a list of objects, or its JSON'
}

function isWritable (name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'string') return true
  return typeof value === 'number' ? Number.isFinite(value) : name === 'authorizationDetails' && Array.isArray(value)
}

function defined (params: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined))
}
