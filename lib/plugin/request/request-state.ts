import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ServerClient } from '../../flows/client.js'
import type { RequestCookieJar } from './cookie-jar.js'
import type { FastifyRequestContext } from './request-context.js'

/** Where a request keeps its reply, its cookies and its client. Declared once, whatever number of registrations. */
export const kRequestState = Symbol('auth0.request')
/** Marks the plugin's own routes, which guards let pass. */
export const kOwnRoute = Symbol('auth0.ownRoute')

/** What a guard said to a request, and what the guards before it said. */
export interface Asked {
  readonly guard: unknown
  /** A promise that settles when the guard has decided. */
  verdict: Promise<void>
  readonly before: Asked | undefined
}

/** What belongs to one request. */
export interface RequestState {
  /** The `config` of its route; `undefined` until somebody asks. */
  config: object | undefined
  /** Whether its route opts out of the guards around it; `undefined` until somebody asks. */
  exempt: boolean | undefined
  /** Whether the request prolongs the session; `undefined` until somebody asks. */
  touches: boolean | undefined
  /** Whether a hook of a scope is running whose guards the route opts out of. */
  inExemptHook: boolean
  /** The guard that was asked last. */
  asked: Asked | undefined
  /** The code with which a guard turned the request away. */
  deniedAs: string | undefined
  reply: FastifyReply | undefined
  jar: RequestCookieJar | undefined
  requestContext: FastifyRequestContext | undefined
  client: ServerClient | undefined
}

export interface WithRequestState {
  [kRequestState]: RequestState | null
}

/** What is kept of a request; made when it is first asked for. */
export function requestState (request: FastifyRequest): RequestState {
  const stateful = request as FastifyRequest & WithRequestState
  return (stateful[kRequestState] ??= {
    config: undefined,
    exempt: undefined,
    touches: undefined,
    inExemptHook: false,
    asked: undefined,
    deniedAs: undefined,
    reply: undefined,
    jar: undefined,
    requestContext: undefined,
    client: undefined
  })
}
