import type { RequestState } from '../../request/request-state.js'
import { PASS, type Guard } from './guard.js'
import { traits } from './traits.js'

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
