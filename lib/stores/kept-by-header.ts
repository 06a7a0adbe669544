import type { CookieJar } from '../../types/stores.js'

interface Kept<T> {
  readonly name: string
  readonly made: T
}

/**
 * What `maker` has kept with a Cookie header like that of this request, made of the cookie `name`: over http and https
 * one cookie has two names.
 */
export function recalled<T> (jar: CookieJar, maker: object, name: string): T | undefined {
  const kept = jar.recall?.(maker) as Kept<T> | undefined
  return kept?.name === name ? kept.made : undefined
}

/** Keeps what `maker` has made of the cookie `name`, for requests that come with the same Cookie header. */
export function keepMade<T> (jar: CookieJar, maker: object, name: string, made: T): void {
  jar.keep?.(maker, { name, made } satisfies Kept<T>)
}
