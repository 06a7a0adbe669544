import type { FastifyRequest } from 'fastify'
import { ConfigurationError } from '../../../errors.js'
import { trace, traceChannel } from '../../../base/trace.js'
import type { Config } from '../../../flows/config.js'
import type { GuardTrace } from '../../../../types/telemetry.js'
import { requestState, type Asked } from '../../request/request-state.js'
import { PASS, type Guard, type GuardReply, type GuardRequest } from './guard.js'
import { setups, traits, type GuardTraits } from './traits.js'

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
    const asked: Asked = { guard: made, verdict, before: state.asked }
    state.asked = asked
    return verdict === PASS ? PASS : settling(asked, reply)
  }
  traits.set(made, known)
  return made
}

/** A guard that had to wait has let the request pass, unless it has answered. */
function settling (asked: Asked, reply: GuardReply): Promise<void> {
  return asked.verdict.then(() => {
    if (!reply.sent) asked.verdict = PASS
  })
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
