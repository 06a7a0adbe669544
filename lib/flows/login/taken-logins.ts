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
      if (returnTo === undefined) return
      places.set(state, returnTo)
      if (places.size > MOST) places.delete(places.keys().next().value!)
    },
    returnTo: state => state === null ? undefined : places.get(state)
  }
}
