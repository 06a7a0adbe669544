import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccessTokenDemands } from '../flows/api/access-token-check.js'
import type { ServerClient } from '../flows/client.js'
import type { ClaimDemands } from './guards/require-claims.js'
import type { OrganizationDemand } from './guards/require-organization.js'
import type { Auth0Instance } from './instance.js'
import type { OnUnauthenticated } from '../../types/options.js'
import type { Session as Auth0Session, UserClaims } from '../../types/session.js'

/** `config.auth0` of a route: its guards, asked before the body is read. */
export interface RouteAuth0Config {
  /** `true`: as `requireSession`. */
  session?: boolean
  /** As `requireToken()`, with what is asked of the token. */
  token?: boolean | AccessTokenDemands
  /** As `requireSessionOrToken()`. */
  sessionOrToken?: boolean | AccessTokenDemands
  /** As `requireSameOrigin`. */
  sameOrigin?: boolean
  /** As `requireOrganization()`. */
  organization?: OrganizationDemand
  /** As `requireClaims()`. */
  claims?: ClaimDemands
  /** As `requirePermissions()`. */
  permissions?: string | readonly string[]
  /** As `requireFreshLogin()`; seconds. */
  freshLogin?: { maxAge: number }
  /** As `requireMfa()`. */
  mfa?: boolean
  /** Guards of the surrounding scope let this route pass. */
  public?: boolean
  /** What happens to a request of this route that has no session. */
  onUnauthenticated?: OnUnauthenticated
}

declare module 'fastify' {
  interface FastifyInstance {
    auth0: Auth0Instance
  }

  interface FastifyRequest {
    /** Everything this request can do with its user. */
    readonly auth0: ServerClient
    /** The session of this request, or `undefined`. */
    getSession: <TUser extends UserClaims = UserClaims>() => Promise<Auth0Session<TUser> | undefined>
  }

  interface FastifyContextConfig {
    /** `false` lets this route pass the guards of its scope. */
    auth0?: RouteAuth0Config | false
  }
}

/** What `fastify.auth0.for()` binds a client to: Fastify's request, or Node's own. */
export interface BoundTo {
  request: FastifyRequest | IncomingMessage
  reply?: FastifyReply
}
