import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import type { RequestOptions } from '../../authentication/server/request-options.js'
import { MfaRequiredError } from '../../errors.js'
import type { Session } from '../../../types/session.js'
import type { AuthorizationDetail, TokenResponse } from '../../../types/tokens.js'
import { callOptions, requireOptions, type CallOptions } from '../call-options.js'
import type { PluginContext, RequestContext } from '../context.js'
import { establishSession } from './establish-session.js'
import { verifyIdToken } from '../tokens/id-token.js'
import { loginOrganization } from './organization.js'
import { sealMfaToken } from '../tokens/mfa-token.js'
import { joinScopes, loginScope } from '../tokens/scopes.js'

/** Options that every call to Auth0 takes. */
export interface EmbeddedCallOptions extends CallOptions {
  /** @deprecated The old name of `forwardedFor`. */
  clientIp?: string | undefined
}

/** What every login without a page returns. */
export interface EmbeddedLogin {
  session: Session
  /** What the user authorized, when authorization details were asked for. */
  authorizationDetails: AuthorizationDetail[] | undefined
}

export function requestOptions (options: EmbeddedCallOptions, request: RequestContext): RequestOptions {
  const { clientIp, forwardedFor = clientIp, signal } = requireOptions(options)
  return callOptions({ signal, forwardedFor }, request)
}

/** What a login asks for: the tokens, and the organization they have to be of. */
interface Asked {
  audience: string | undefined
  scope: string
  organization: string | undefined
}

/** Turns a grant's answer into a session; a second factor that is asked for comes back sealed. */
export async function logIn (context: PluginContext, request: RequestContext, server: AuthorizationServer, asked: Asked,
  grant: () => Promise<TokenResponse>): Promise<EmbeddedLogin> {
  let tokens: TokenResponse
  try {
    tokens = await grant()
  } catch (error) {
    throw error instanceof MfaRequiredError ? sealMfaToken(context, server, error, asked) : error
  }
  return await beginSession(context, request, server, asked, tokens)
}

/** Turns a grant's answer into a session. */
export async function beginSession (context: PluginContext, request: RequestContext, server: AuthorizationServer,
  { audience, scope, organization }: Asked, tokens: TokenResponse): Promise<EmbeddedLogin> {
  const claims = await verifyIdToken(context, server, tokens.id_token, {
    fresh: true,
    accessToken: tokens.access_token,
    organization
  })
  const session = await establishSession(context, request, { server, tokens, claims, audience, scope })
  return { session, authorizationDetails: tokens.authorization_details }
}

/** What a login without a page asks for, with the defaults of the options. */
export async function loginDemands (context: PluginContext, request: RequestContext,
  options: { audience?: string | undefined, scope?: string | undefined, organization?: unknown }): Promise<Asked> {
  requireOptions(options)
  const audience = options.audience ?? context.config.audience
  const scope = options.scope === undefined
    ? loginScope(context.config.scope, audience)
    : joinScopes('openid', options.scope)
  return { audience, scope, organization: await loginOrganization(request, options.organization) }
}
