import type { AuthorizationServer } from './server/authorization-server.js'

/** An operation of a server as a method of its client. Without parameters it names the first that it needs. */
export function bind<P, O, R> (server: AuthorizationServer,
  operation: (server: AuthorizationServer, params: P, options?: O) => R): (params: P, options?: O) => R {
  return (params, options) => operation(server, params ?? {} as P, options)
}

/** The same for one that needs no parameters. */
export function bindOptional<P, O, R> (server: AuthorizationServer,
  operation: (server: AuthorizationServer, params?: P, options?: O) => R): (params?: P, options?: O) => R {
  return (params, options) => operation(server, params ?? undefined, options)
}
