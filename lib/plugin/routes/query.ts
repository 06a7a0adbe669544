import type { FastifyRequest } from 'fastify'

/** A request's query, read by us: what the application's own parser makes of brackets or repeats does not matter. */
export function queryOf (request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1))
}

/** A parameter given once with a value; anything else counts as not given. */
export function single (query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  return values.length === 1 && values[0] !== '' ? values[0] : undefined
}
