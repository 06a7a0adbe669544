import { setNewest } from '../../base/set-newest.js'

/** Logins that are remembered at most. */
const MOST = 1000

/** Where logins were to lead whose transaction was taken: a browser may ask for one callback twice. */
export interface TakenLogins {
  add(state: string, returnTo: string | undefined): void
  has(state: string | null): boolean
  returnTo(state: string | null): string | undefined
}

export function createTakenLogins (): TakenLogins {
  const places = new Map<string, string | undefined>()
  return {
    add (state, returnTo) {
      setNewest(places, state, returnTo, MOST)
    },
    has: state => state !== null && places.has(state),
    returnTo: state => state === null ? undefined : places.get(state)
  }
}
