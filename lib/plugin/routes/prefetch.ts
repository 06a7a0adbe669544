import type { FastifyReply, FastifyRequest } from 'fastify'

/** Headers of browsers and of scripts that fetch a link before it is clicked. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-sec-purpose', 'x-purpose', 'x-moz'] as const
const GUESS = /\b(?:prefetch|prerender|preview)/i
/** Headers that are sent for such a fetch only. */
const MARKS = ['sec-speculation-tags', 'next-router-prefetch', 'hx-preloaded'] as const

/** Whether a browser only guesses that the user may go here. Nothing is started for a guess. */
export function isPrefetch ({ headers }: FastifyRequest): boolean {
  return PURPOSES.some(name => headers[name] !== undefined && GUESS.test(String(headers[name]))) ||
    MARKS.some(name => headers[name] !== undefined)
}

/** A browser uses any success for the click that follows; after an error it asks again. */
export function answerPrefetch (reply: FastifyReply): FastifyReply {
  return reply.code(403).send()
}
