/** Whether a `state` may become part of a cookie's name or a key. It comes from the query of a callback. */
export function isState (value: string): boolean {
  return /^[\w-]{1,128}$/.test(value)
}
