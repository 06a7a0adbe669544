import type { ServerClient } from '../flows/client.js'
import type { GetSessionOptions } from '../flows/session/session.js'
import type { Auth0Instance } from './instance.js'
import type { RouteAuth0Config } from '../../types/guards.js'
import type { Session as Auth0Session, UserClaims } from '../../types/session.js'

declare module 'fastify' {
  interface FastifyInstance {
    auth0: Auth0Instance
  }

  interface FastifyRequest {
    /** Everything this request can do with its user. */
    readonly auth0: ServerClient
    /** The session of this request, or `undefined`. */
    getSession: <TUser extends UserClaims = UserClaims>(
      options?: GetSessionOptions
    ) => Promise<Auth0Session<TUser> | undefined>
  }

  interface FastifyContextConfig {
    /** `false` lets this route pass the guards of its scope. */
    auth0?: RouteAuth0Config | false
  }
}
