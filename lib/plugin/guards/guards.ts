import type { FastifyReply, FastifyRequest } from 'fastify'
import { beforeStart } from './factory.js'
import type { Guard } from './guard/guard.js'
import { handleStepUp } from './handle-step-up.js'
import { requireClaims } from './require-claims.js'
import { requireFreshLogin } from './require-fresh-login.js'
import { requireMfa } from './require-mfa.js'
import { requireOrganization } from './require-organization.js'
import { requireOwnSession } from './require-own-session.js'
import { requirePermissions } from './require-permissions.js'
import { requireSameOrigin } from './require-same-origin.js'
import { requireSession } from './require-session.js'
import { requireSessionOrToken } from './require-session-or-token.js'
import { requireToken } from './token/require-token.js'
import { toolScopes } from './token/tool-scopes.js'

/** The guards of `fastify.auth0`, and the functions that make them. */
export class Guards {
  /** @param hasStarted whether the application is ready: then no guard is made any more */
  constructor (hasStarted: () => boolean) {
    this.requireClaims = beforeStart(requireClaims, hasStarted)
    this.requireOrganization = beforeStart(requireOrganization, hasStarted)
    this.requirePermissions = beforeStart(requirePermissions, hasStarted)
    this.requireFreshLogin = beforeStart(requireFreshLogin, hasStarted)
    this.requireMfa = beforeStart(requireMfa, hasStarted)
    this.requireToken = beforeStart(requireToken, hasStarted)
    this.toolScopes = beforeStart(toolScopes, hasStarted)
    this.requireSessionOrToken = beforeStart(requireSessionOrToken, hasStarted)
  }

  /** Guard: a session. `preHandler: fastify.auth0.requireSession` */
  readonly requireSession: Guard = requireSession

  /**
   * Guard factory: claims of the user. `preHandler: fastify.auth0.requireClaims({ 'https://example.com/roles': 'admin'
   * })`
   */
  readonly requireClaims: typeof requireClaims

  /** Guard factory: an organization the user logged in to, by id, name or a function of the request. */
  readonly requireOrganization: typeof requireOrganization

  /** Guard factory: permissions, all of them. `preHandler: fastify.auth0.requirePermissions('read:orders')` */
  readonly requirePermissions: typeof requirePermissions

  /** Guard factory: a recent login, else another one. `preHandler: fastify.auth0.requireFreshLogin({ maxAge: 300 })` */
  readonly requireFreshLogin: typeof requireFreshLogin

  /** Guard factory: a second factor, else a login that adds it. `preHandler: fastify.auth0.requireMfa()` */
  readonly requireMfa: typeof requireMfa

  /**
   * Guard factory: an access token for this API. `preHandler: fastify.auth0.requireToken({ scopes: ['read:items'] })`
   */
  readonly requireToken: typeof requireToken

  /**
   * Guard factory: the scopes of the tools that a request to an MCP server calls, behind `requireToken` and after the
   * body is parsed. `preHandler: fastify.auth0.toolScopes({ read_orders: ['read:orders'] })`
   */
  readonly toolScopes: typeof toolScopes

  /** Guard factory: an access token where one is sent, else a session. */
  readonly requireSessionOrToken: typeof requireSessionOrToken

  /** Guard: the user's own session, or token, in which nobody else acts. */
  readonly requireOwnSession: Guard = requireOwnSession

  /**
   * Answers an API's demand for another login (`StepUpRequiredError` of `request.auth0.fetch()`): takes the user there
   * and back. An error handler: `fastify.setErrorHandler(fastify.auth0.handleStepUp)`.
   */
  readonly handleStepUp: (error: unknown, request: FastifyRequest, reply: FastifyReply) => Promise<void> = handleStepUp

  /**
   * Guard: changes only by the application's own pages. `preHandler: [fastify.auth0.requireSession,
   * fastify.auth0.requireSameOrigin]`
   */
  readonly requireSameOrigin: Guard = requireSameOrigin
}
