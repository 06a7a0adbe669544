import {
  startBackchannelAuthentication, type BackchannelAuthentication, type BackchannelAuthenticationParams
} from '../../authentication/api/backchannel.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { cibaGrant } from '../../authentication/api/grants.js'
import { poll } from '../../authentication/server/polling.js'
import { checkSignal } from '../../base/deadline.js'
import { isObject } from '../../base/json.js'
import { InvalidArgumentError, TokenValidationError } from '../../errors.js'
import type { Session } from '../../../types/session.js'
import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'
import { callOptions, requireOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { establishSession } from './establish-session.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { loginOrganization } from './organization.js'
import { loginScope } from '../tokens/scopes.js'

/** Options of the backchannel methods. */
export interface BackchannelOptions extends BackchannelAuthenticationParams, CallOptions {
  /** The same by their wire names: `audience`, `scope`, `requested_expiry`, `authorization_details`, `organization`. */
  authorizationParams?: Readonly<Record<string, unknown>> | undefined
}

/** What `loginBackchannel()` returns. */
export interface CompletedBackchannelLogin {
  session: Session
  authorizationDetails: AuthorizationDetail[] | undefined
}

/** Asks the user on another device; returns the handle to poll with. @see OpenID CIBA Core section 7 */
export async function initiateBackchannelAuthentication (context: PluginContext, server: AuthorizationServer,
  options: BackchannelOptions): Promise<BackchannelAuthentication> {
  const { signal, forwardedFor, authorizationParams: _, ...params } = withWireNames(options)
  const audience = params.audience ?? context.config.audience
  return await startBackchannelAuthentication(server, {
    ...params,
    scope: loginScope(params.scope ?? context.config.scope, audience),
    audience
  }, callOptions({ signal, forwardedFor }))
}

/** Polls once. @throws PollingApiError while the user has not answered */
export async function backchannelAuthenticationGrant (server: AuthorizationServer,
  options: { authReqId: string } & CallOptions): Promise<TokenResponse> {
  return await cibaGrant(server, { authReqId: options.authReqId }, callOptions(options))
}

/** Asks the user on another device and waits for the answer. */
export async function backchannelAuthentication (context: PluginContext, server: AuthorizationServer,
  options: BackchannelOptions): Promise<TokenResponse> {
  const { interval, expiresIn, authReqId } = await initiateBackchannelAuthentication(context, server, options)
  const { signal, forwardedFor } = options
  return await poll({ interval, expiresIn, now: context.now, signal }, async () =>
    await backchannelAuthenticationGrant(server, { authReqId, signal, forwardedFor }))
}

/**
 * The same, and begins a session. The user must be the one who was asked for. Polling stops when the caller has gone
 * away.
 */
export async function loginBackchannel (context: PluginContext, request: RequestContext,
  given: BackchannelOptions): Promise<CompletedBackchannelLogin> {
  const options = withWireNames(given)
  checkSignal(options.signal)
  const server = await request.server()
  const organization = await loginOrganization(request, options.organization)
  const signal = AbortSignal.any([request.gone(), ...options.signal === undefined ? [] : [options.signal]])
  const forwardedFor = options.forwardedFor ?? request.address
  const asked = { ...options, signal, forwardedFor, organization }
  const tokens = await backchannelAuthentication(context, server, asked)
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    accessToken: tokens.access_token,
    organization
  })
  if (claims.sub !== options.loginHint.sub) {
    throw new TokenValidationError('sub', 'The ID token is of another user than the one who was asked for.', {
      claim: 'sub'
    })
  }
  const audience = options.audience ?? context.config.audience
  const session = await establishSession(context, request, {
    server,
    tokens,
    claims,
    audience,
    scope: loginScope(options.scope ?? context.config.scope, audience),
    keepAuthorizationDetails: options.authorizationDetails !== undefined
  })
  return { session, authorizationDetails: tokens.authorization_details }
}

/** Options by the names they have on the wire, and here. */
const WIRE_NAMES = {
  audience: 'audience',
  scope: 'scope',
  organization: 'organization',
  requested_expiry: 'requestedExpiry',
  authorization_details: 'authorizationDetails'
} as const

/** The options with those given by their wire names. @throws InvalidArgumentError for one that cannot be sent */
function withWireNames (options: BackchannelOptions): BackchannelOptions {
  const { authorizationParams = {}, ...rest } = requireOptions(options)
  if (!isObject(authorizationParams)) {
    throw new InvalidArgumentError('authorizationParams', 'The argument "authorizationParams" must be an object.')
  }
  const named = Object.entries(authorizationParams).filter(([, value]) => value !== undefined).map(([name, value]) => {
    if (!Object.hasOwn(WIRE_NAMES, name)) {
      throw new InvalidArgumentError(`authorizationParams.${name}`,
        `The parameter "${name}" cannot be sent with a backchannel request. ` +
          `It takes ${Object.keys(WIRE_NAMES).join(', ')}.`)
    }
    const own = WIRE_NAMES[name as keyof typeof WIRE_NAMES]
    return [own, own === 'requestedExpiry' ? Number(value) : value]
  })
  return { ...Object.fromEntries(named) as Partial<BackchannelOptions>, ...rest }
}
