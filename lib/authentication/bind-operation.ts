import type { AuthorizationServer } from './server/authorization-server.js'

/** An operation of a server as a method of its client. */
export function bind<P, O, R> (server: AuthorizationServer,
  operation: (server: AuthorizationServer, params: P, options?: O) => R): (params: P, options?: O) => R {
  return (params, options) => operation(server, params, options)
}
