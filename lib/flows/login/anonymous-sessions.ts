import {
  anonymousAccessToken, anonymousTransferToken, createAnonymousSession, type AnonymousSession,
  type AnonymousSessionParams, type AnonymousToken, type AnonymousTokenParams
} from '../../authentication/api/anonymous.js'
import type { AuthorizationServer } from '../../authentication/server/authorization-server.js'
import { callOptions, type CallOptions } from '../call-options.js'

/** What each call of `fastify.auth0.anonymous` takes beside its parameters. */
export interface AnonymousCallOptions extends CallOptions {
  /** The tenant's domain, where the plugin serves several. */
  domain?: string | undefined
}

/** Parameters of `fastify.auth0.anonymous.getAccessToken()`. */
export type AnonymousRenewal = AnonymousTokenParams & { sessionToken: string } & AnonymousCallOptions

/** `fastify.auth0.anonymous`: sessions of visitors who have not logged in (beta). */
export type AnonymousSessions = ReturnType<typeof anonymousSessions>

/**
 * `fastify.auth0.anonymous` (beta): sessions of visitors who have not logged in, whose session tokens the application
 * keeps itself. `request.auth0.anonymous` keeps them in a cookie.
 */
export function anonymousSessions (serverOf: (domain: string | undefined) => AuthorizationServer) {
  return {
    /** Begins a session; keep its `sessionToken`. One for each visitor: each call makes another. */
    createSession: async (
      { domain, signal, forwardedFor, ...params }: AnonymousSessionParams & AnonymousCallOptions = {}
    ): Promise<AnonymousSession> =>
      await createAnonymousSession(serverOf(domain), params, callOptions({ signal, forwardedFor })),
    /** A new access token for a session. */
    getAccessToken: async (
      { domain, signal, forwardedFor, ...params }: AnonymousRenewal
    ): Promise<AnonymousToken> =>
      await anonymousAccessToken(serverOf(domain), params, callOptions({ signal, forwardedFor })),
    /** A token for the parameter `anon_transfer_token` of a login; good once, for 30 seconds. */
    mintTransferToken: async (
      { domain, signal, forwardedFor, ...params }: { sessionToken: string } & AnonymousCallOptions
    ): Promise<string> =>
      await anonymousTransferToken(serverOf(domain), params, callOptions({ signal, forwardedFor }))
  }
}
