/**
 * Continues with a value that may be a promise; no promise is made where the value is at hand. What `next` throws then
 * is thrown at once.
 */
export function andThen<T, R> (value: T | PromiseLike<T>, next: (value: T) => R): R | Promise<Awaited<R>> {
  return isPromiseLike(value) ? Promise.resolve(value).then(next) as Promise<Awaited<R>> : next(value)
}

/** What a function answers that promises a value and must not throw. */
export async function rejected (error: unknown): Promise<never> {
  throw error
}

export function isPromiseLike (value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
