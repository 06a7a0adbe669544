import type { FastifyReply, FastifyRequest } from 'fastify'

/** Whether a browser only guesses that the user may go here. Nothing is started for a guess. */
export function isPrefetch (request: FastifyRequest): boolean {
  const { headers } = request
  return [headers['sec-purpose'], headers.purpose, headers['x-moz'], headers['x-purpose']]
    .some(value => typeof value === 'string' && /\b(prefetch|prerender|preview)\b/i.test(value)) ||
    headers['next-router-prefetch'] !== undefined
}

export function answerPrefetch (reply: FastifyReply): FastifyReply {
  return reply.code(204).send()
}
