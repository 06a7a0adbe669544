import { Auth0Error } from '../errors.js'

/** A part of the package, loaded with the first call. */
export interface Lazy<T> {
  (): Promise<T>
  /** The part as the application calls it. */
  readonly what: string
}

/**
 * A part of the package that is loaded when it is first used: most applications never use it.
 * @param what the part as the application calls it, for the error
 * @throws Auth0Error `not_loaded` when the file is missing or cannot be run; the next call tries again
 */
export function lazily<T> (what: string, load: () => Promise<T>): Lazy<T> {
  let loading: Promise<T> | undefined
  const part = (): Promise<T> => (loading ??= load().catch((cause: unknown) => {
    loading = undefined
    throw new Auth0Error(`The part of "fastify-auth0" for ${what} could not be loaded. Its file is missing or was ` +
      'changed while the application was running, or a bundler has left it out: restart the application, and deploy ' +
      'the package, or the bundle, with all of its files.', { code: 'not_loaded', statusCode: 500, cause })
  }))
  return Object.assign(part, { what })
}

/** Objects whose methods all return promises. */
type AsyncMethods<T> = { [K in keyof T]: (...args: never[]) => Promise<unknown> }

/** The methods of a part that is loaded with the first call of one of them. */
export function lazyMethods<T extends AsyncMethods<T>> (names: { [K in keyof T]-?: true }, part: () => Promise<T>): T {
  const call = (name: string) => async (...args: never[]) => await (await part())[name as keyof T](...args)
  return Object.fromEntries(Object.keys(names).map(name => [name, call(name)])) as T
}
