import { InvalidArgumentError } from '../../errors.js'
import type { AuthorizationParams } from '../../../types/options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { loginScope } from '../tokens/scopes.js'

/** Set by the plugin for every login; nobody overrides them. */
const PROTECTED_PARAMS: ReadonlySet<string> = new Set(['client_id', 'response_type', 'state', 'nonce', 'code_challenge',
  'code_challenge_method', 'request', 'request_uri', 'dpop_jkt', 'client_secret', 'client_assertion',
  'client_assertion_type'])
const MAX_VALUE_LENGTH = 8192

/** The parameters of one login, merged and checked, and what the callback must know of them. */
interface LoginParams {
  /** Everything but what the protocol itself adds. */
  params: Record<string, string>
  redirectUri: string | undefined
  audience: string | undefined
  scope: string
  maxAge: number | undefined
  acrValues: string | undefined
  responseMode: 'query' | 'form_post' | undefined
  /** Checked where the login's own options of these names are. */
  organization: string | undefined
  invitation: string | undefined
}

/**
 * Merges configured and per-call authorization parameters; per call wins.
 * @throws InvalidArgumentError for a protected parameter or a value that cannot be sent
 */
export async function loginParams (context: PluginContext, request: RequestContext,
  perCall: AuthorizationParams | undefined): Promise<LoginParams> {
  const configured = await request.authorizationParams()
  const own = withoutUndefined(perCall)
  const { config } = context
  if (typeof config.authorizationParams === 'function' || Object.keys(own).length > 0) {
    return readParams({ ...configured, ...own }, config)
  }
  let plain = plainParams.get(config)
  if (plain === undefined) plainParams.set(config, plain = readParams(configured, config))
  return plain
}

/** The parameters of a login that asks for nothing of its own: the same for all of a registration. */
const plainParams = new WeakMap<object, LoginParams>()

/** The parameters as they are sent. @throws InvalidArgumentError */
export function readParams (merged: AuthorizationParams,
  defaults: Pick<PluginContext['config'], 'audience' | 'scope'>): LoginParams {
  for (const name of Object.keys(merged)) {
    if (PROTECTED_PARAMS.has(name)) {
      throw new InvalidArgumentError(`authorizationParams.${name}`,
        `The parameter "${name}" is set by the plugin and cannot be overridden.`)
    }
  }
  const { scope, audience = defaults.audience, redirect_uri: redirectUri, response_mode: responseMode, ...rest } =
    merged
  if (redirectUri !== undefined && !URL.canParse(redirectUri)) {
    throw new InvalidArgumentError('authorizationParams.redirect_uri',
      'The parameter "redirect_uri" must be an absolute URL.')
  }
  if (responseMode !== undefined && responseMode !== 'query' && responseMode !== 'form_post') {
    throw new InvalidArgumentError('authorizationParams.response_mode',
      "The parameter \"response_mode\" must be 'query' or 'form_post'.")
  }

  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== null) params[name] = wireValue(name, value)
  }
  const { organization, invitation } = params
  delete params.organization
  delete params.invitation
  const wanted = loginScope(scope ?? defaults.scope, audience)
  params.scope = wanted
  if (audience !== undefined) params.audience = audience
  if (responseMode !== undefined) params.response_mode = responseMode
  return {
    params,
    redirectUri,
    audience,
    scope: wanted,
    maxAge: maxAge(params.max_age),
    acrValues: params.acr_values,
    responseMode,
    organization,
    invitation
  }
}

function wireValue (name: string, value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (typeof value === 'function' || typeof value === 'symbol' || text.length > MAX_VALUE_LENGTH) {
    throw new InvalidArgumentError(`authorizationParams.${name}`,
      `The parameter "${name}" must be a text, a number or JSON of at most ${MAX_VALUE_LENGTH} characters.`)
  }
  if (name === 'authorization_details') checkAuthorizationDetails(text)
  return text
}

/** @see RFC 9396 section 2 */
function checkAuthorizationDetails (json: string): void {
  let details: unknown
  try {
    details = JSON.parse(json)
  } catch (error) {
    throw new InvalidArgumentError('authorizationParams.authorization_details',
      'The parameter "authorization_details" is not JSON.', error)
  }
  if (!Array.isArray(details) || details.length === 0 || details.some(detail => typeof detail?.type !== 'string')) {
    throw new InvalidArgumentError('authorizationParams.authorization_details',
      'The parameter "authorization_details" must be a list of objects, each with a "type".')
  }
}

/** Seconds since the user's last login at most. @see OpenID Connect Core section 3.1.2.1 */
export function maxAge (value: unknown, argument = 'authorizationParams.max_age'): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(String(value))) {
    throw new InvalidArgumentError(argument, 'The parameter "max_age" must be a whole number of seconds.')
  }
  return Number(value)
}

function withoutUndefined (params: AuthorizationParams | undefined): AuthorizationParams {
  return Object.fromEntries(Object.entries(params ?? {}).filter(([, value]) => value !== undefined))
}
