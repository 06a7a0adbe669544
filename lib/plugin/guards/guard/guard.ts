import type { ServerClient } from '../../../flows/client.js'

/** The little a guard needs of a request: fits HTTP/1, HTTP/2 and every type provider. */
export interface GuardRequest {
  readonly auth0: ServerClient
}

/**
 * A Fastify hook that ends the reply of a request that may not pass. For `onRequest` or `preHandler`, alone or in
 * arrays.
 */
export type Guard = (request: GuardRequest, reply: GuardReply) => Promise<void>

/** The little a guard needs of a reply. */
export interface GuardReply {
  readonly sent: boolean
}

/** Passing costs nothing: every request that passes gets this. */
export const PASS: Promise<void> = Promise.resolve()
