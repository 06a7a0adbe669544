import { setNewest } from '../../base/set-newest.js'

/** Logins that are remembered at most. */
const MOST = 1000

/** Where logins were to lead whose transaction was taken: a browser may ask for one callback twice. */
export interface TakenLogins {
  add(state: string, returnTo: string | undefined): void
  returnTo(state: string | null): string | undefined
}

export function createTakenLogins (): TakenLogins {
  const places = new Map<string, string>()
  return {
    add (state, returnTo) {
      if (returnTo !== undefined) setNewest(places, state, returnTo, MOST)
    },
    returnTo: state => state === null ? undefined : places.get(state)
  }
}
