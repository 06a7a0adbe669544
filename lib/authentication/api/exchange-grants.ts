import { CustomTokenExchangeError, InvalidArgumentError } from '../../errors.js'
import { extraEntries, requireText } from '../server/arguments.js'
import { requestToken } from '../server/token-endpoint.js'
import { grant, type AudienceAndScope, type Grant } from './grant.js'

/** Parameters of a token exchange. @see RFC 8693 */
export interface TokenExchangeParams extends AudienceAndScope {
  subjectToken: string
  subjectTokenType: string
  actorToken?: string | undefined
  actorTokenType?: string | undefined
  requestedTokenType?: string | undefined
  organization?: string | undefined
  /** Parameters of the tenant's own, each a text or a list of at most 20; those of the protocol are refused. */
  extra?: Readonly<Record<string, string | readonly string[]>> | undefined
}

/** How often a parameter of the tenant's own may be repeated. */
const MAX_REPEATED = 20

const PROTOCOL_PARAMS = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'audience',
  'aud',
  'resource',
  'resources',
  'resource_indicator',
  'scope',
  'connection',
  'login_hint',
  'organization',
  'assertion'
])

/**
 * Exchanges one token for another: custom exchange, native social login, on behalf of, session transfer. @see RFC 8693
 * section 2.1
 */
export const tokenExchangeGrant: Grant<TokenExchangeParams> = async (server, params, options) => {
  requireText(params, 'subjectToken', 'subjectTokenType')
  const { actorToken, actorTokenType, requestedTokenType } = params
  const extra = Object.fromEntries(extraEntries(params.extra).filter(([name]) => name !== '__proto__'))
  checkToken('subjectToken', params.subjectToken)
  if (actorToken !== undefined) checkToken('actorToken', actorToken)
  if (actorToken !== undefined && actorTokenType === undefined) {
    throw new CustomTokenExchangeError('missing_actor_token_type',
      'The argument "actorTokenType" is required with "actorToken".')
  }
  if (actorToken === undefined && actorTokenType !== undefined) {
    throw new CustomTokenExchangeError('missing_actor_token',
      'The argument "actorToken" is required with "actorTokenType".')
  }
  const reserved = Object.keys(extra).find(name => PROTOCOL_PARAMS.has(name))
  if (reserved !== undefined) {
    throw new InvalidArgumentError('extra', `The parameter "${reserved}" cannot be given in "extra".`)
  }
  for (const [name, value] of Object.entries(extra)) checkExtra(name, value)
  const answer = await requestToken(server, {
    ...extra,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: params.subjectToken,
    subject_token_type: params.subjectTokenType,
    actor_token: actorToken,
    actor_token_type: actorTokenType,
    requested_token_type: requestedTokenType,
    audience: params.audience,
    scope: params.scope,
    organization: params.organization
  }, { ...options, repeated: Object.keys(extra) })
  if (requestedTokenType !== undefined && answer.issued_token_type !== undefined &&
    answer.issued_token_type !== requestedTokenType) {
    throw new CustomTokenExchangeError('invalid_response',
      'The token endpoint issued another type of token than the one asked for.')
  }
  return answer
}

function checkExtra (name: string, value: unknown): void {
  const values = [value].flat()
  if (values.length > MAX_REPEATED || values.some(one => typeof one !== 'string')) {
    throw new InvalidArgumentError('extra',
      `The parameter "${name}" in "extra" must be a text or a list of at most ${MAX_REPEATED} texts.`)
  }
}

/** A token as it is: without the spaces or the `Bearer` that come along when it is copied. */
function checkToken (name: string, token: string): void {
  if (!/^\S+$/.test(token)) {
    throw new CustomTokenExchangeError('invalid_token_format',
      `The argument "${name}" must be the token alone, without spaces or a prefix.`)
  }
}

/** Parameters that exchange a token for one of a connection's provider. */
export type TokenForConnectionParams = {
  connection: string,
  /** The user's id at the provider, where there are several accounts. */
  loginHint?: string | undefined,
  scope?: string | undefined
} & ({ refreshToken: string } | { accessToken: string })

/** The provider's own access token, from Token Vault. It is never bound to this client's key. */
export const tokenForConnectionGrant: Grant<TokenForConnectionParams> = async (server, params, options) => {
  requireText(params, 'connection')
  const { accessToken, refreshToken } = params as { accessToken?: string, refreshToken?: string }
  if (accessToken !== undefined && refreshToken !== undefined) {
    throw new InvalidArgumentError('accessToken', 'Give only one of "accessToken" and "refreshToken".')
  }
  const [kind, subject] = accessToken !== undefined ? ['access_token', accessToken] : ['refresh_token', refreshToken]
  requireText({ accessToken, refreshToken }, accessToken === undefined ? 'refreshToken' : 'accessToken')
  return requestToken(server, {
    grant_type: 'urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token',
    subject_token: subject,
    subject_token_type: `urn:ietf:params:oauth:token-type:${kind}`,
    requested_token_type: 'http://auth0.com/oauth/token-type/federated-connection-access-token',
    connection: params.connection,
    login_hint: params.loginHint,
    scope: params.scope
  }, { ...options, dpop: false })
}

/** Parameters of the JWT bearer grant. @see RFC 7523 */
export interface JwtBearerParams {
  assertion: string
  scope?: string | undefined
  resource?: string | undefined
}

/** An identity assertion for an access token (Cross App Access). @see RFC 7523 section 2.1 */
export const jwtBearerGrant = grant<JwtBearerParams>('urn:ietf:params:oauth:grant-type:jwt-bearer', ['assertion'],
  ['scope', 'resource'])
