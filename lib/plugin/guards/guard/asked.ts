import type { Asked, RequestState } from '../../request/request-state.js'
import { PASS, type Guard } from './guard.js'
import { traits } from './traits.js'

/** What a guard said to this request when it was asked last: `PASS`, or a promise; `undefined` if it was not asked. */
export function verdictOf ({ asked }: RequestState, guard: Guard): Promise<void> | undefined {
  for (let one = asked; one !== undefined; one = one.before) if (one.guard === guard) return one.verdict
  return undefined
}

/** All that were asked so far, in order. */
function allAsked ({ asked }: RequestState): Asked[] {
  const all: Asked[] = []
  for (let one = asked; one !== undefined; one = one.before) all.unshift(one)
  return all
}

/** The scopes that the guards which were asked so far ask for. */
export function askedScopes (state: RequestState): readonly string[] {
  return allAsked(state).flatMap(({ guard }) => traits.get(guard as object)?.scopes ?? [])
}

/** Whether a guard that asks for an access token has let the request pass. */
export function tokenWasAsked (state: RequestState): boolean {
  return allAsked(state).some(({ guard, verdict }) =>
    verdict === PASS && traits.get(guard as object)?.scopes !== undefined)
}
