import type { FastifyInstance, RouteOptions } from 'fastify'

/** Marks the routes of a proxy, in their `config`. */
export const kProxied = Symbol('auth0.proxied')

/**
 * Takes care that no parser reads the bodies of a proxy's routes, be it Fastify's own for text or one that the
 * application has added: they go upstream as they come.
 */
export function keepBodiesRaw (scope: FastifyInstance, { config }: RouteOptions): void {
  if ((config as { [kProxied]?: true } | undefined)?.[kProxied] !== true) return
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => { done(null, payload) })
}
