/** Characters a `state` may have. */
export const MAX_STATE = 128

/** Whether a `state` may become part of a cookie's name or a key. It comes from the query of a callback. */
export function isState (value: string): boolean {
  return value.length <= MAX_STATE && /^[\w-]+$/.test(value)
}
