import type { FastifyRequest } from 'fastify'
import { ConfigurationError } from '../../errors.js'
import { trace, traceChannel } from '../../base/trace.js'
import type { ServerClient } from '../../flows/client.js'
import type { Config } from '../../flows/config.js'
import type { GuardTrace } from '../../../types/telemetry.js'
import { requestState, type RequestState } from '../request/request-state.js'

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

/** A way to prove who one is, by its name in OpenAPI documents, and the scopes it takes. */
export type Security = Readonly<Record<string, readonly string[]>>

/** What is known of a guard before any request. */
export interface GuardTraits {
  /** What it accepts, for OpenAPI documents; nothing for one that asks more of the same caller. */
  security?: readonly Security[]
  /** The scopes it asks an access token for; nothing for one that asks for no token. */
  scopes?: readonly string[]
  /** @throws ConfigurationError where the options lack what it needs */
  checkSetup?: (config: Config) => void
}

const traits = new WeakMap<object, GuardTraits>()
/** What hooks that are no guards need of the options. */
const setups = new WeakMap<object, (config: Config) => void>()
const names = new WeakMap<object, string>()
const decisions = traceChannel('guard')

/** Gives a guard the name under which its decisions are told. */
export function nameGuard (guard: Guard, name: string): Guard {
  names.set(guard, name)
  return guard
}

/**
 * Makes a guard of what it asks. Called from a hook of a scope whose guards the route opts out of, it lets the request
 * pass: nothing is read, spent or answered. Called from anywhere else it asks.
 */
export function guard (known: GuardTraits, ask: Guard): Guard {
  const made = (request: GuardRequest, reply: GuardReply): Promise<void> => {
    if (request === undefined) throw calledByHand()
    const state = requestState(request as FastifyRequest)
    if (state.inExemptHook) return PASS
    const verdict = decisions.hasSubscribers
      ? watched(names.get(made) ?? 'guard', ask, request, reply)
      : ask(request, reply)
    const asked = (state.asked ??= [])
    const at = asked.push({ guard: made, verdict }) - 1
    return verdict === PASS
      ? PASS
      : verdict.then(() => {
        if (!reply.sent) asked[at]!.verdict = PASS
      })
  }
  traits.set(made, known)
  return made
}

/**
 * Makes a hook that is no guard: it runs for public routes, too, and it protects nothing.
 * @param checkSetup throws `ConfigurationError` where the options lack what it needs
 */
export function hook (checkSetup: (config: Config) => void, run: Guard): Guard {
  const made = (request: GuardRequest, reply: GuardReply): Promise<void> => {
    if (request === undefined) throw calledByHand()
    return run(request, reply)
  }
  setups.set(made, checkSetup)
  return made
}

/** Asks, and tells a channel of the decision. What passed at once is `PASS` here, too. */
function watched (name: string, ask: Guard, request: GuardRequest, reply: GuardReply): Promise<void> {
  const message: GuardTrace = { guard: name }
  return trace(decisions, message, () => {
    const verdict = ask(request, reply)
    return verdict === PASS
      ? undefined
      : verdict.then(value => {
        if (reply.sent) noteDenied(message, request as FastifyRequest)
        return value
      })
  }) ?? PASS
}

function noteDenied (message: GuardTrace, request: FastifyRequest): void {
  message.outcome = 'failure'
  message.errorType = requestState(request).deniedAs ?? 'answered'
}

function calledByHand (): ConfigurationError {
  return new ConfigurationError('guard',
    'This is a hook already and must not be called: write preHandler: fastify.auth0.requireSession, without "()".')
}

/** What a guard said to this request when it was asked last: `PASS`, or a promise; `undefined` if it was not asked. */
export function verdictOf ({ asked }: RequestState, guard: Guard): Promise<void> | undefined {
  return asked?.findLast(one => one.guard === guard)?.verdict
}

/** The scopes that the guards which were asked so far ask for. */
export function askedScopes ({ asked = [] }: RequestState): readonly string[] {
  return asked.flatMap(({ guard }) => traits.get(guard as object)?.scopes ?? [])
}

/** Whether a guard that asks for an access token has let the request pass. */
export function tokenWasAsked ({ asked = [] }: RequestState): boolean {
  return asked.some(({ guard, verdict }) => verdict === PASS && traits.get(guard as object)?.scopes !== undefined)
}

/** Whether a hook is a guard of this plugin. */
export function isGuard (hook: unknown): hook is Guard {
  return traits.has(hook as object)
}

/** What the first of some hooks that is a guard accepts; later ones ask more of the same caller. */
export function acceptedBy (hooks: readonly unknown[]): readonly Security[] | undefined {
  return hooks.map(hook => traits.get(hook as object)?.security).find(security => security !== undefined)
}

/** @throws ConfigurationError where a hook is one of this plugin that the options lack something for */
export function checkSetup (hook: unknown, config: Config): void {
  (traits.get(hook as object)?.checkSetup ?? setups.get(hook as object))?.(config)
}
