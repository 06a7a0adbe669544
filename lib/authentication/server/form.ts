/**
 * Parameters that are the same in nearly every request of an application, and neither secrets nor about a person: how
 * their last value is spelled is kept.
 */
const CONSTANT: ReadonlySet<string> = new Set(['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope',
  'audience', 'code_challenge_method', 'grant_type'])

/** The last pair of each of them, and its value. */
const kept = new Map<string, { value: string, pair: string }>()

/** Characters that a form spells as they are. @see WHATWG URL standard, section 5.2 */
const PLAIN = /^[\w.*-]*$/

/** One parameter as a query or a form holds it. */
export function formPair (name: string, value: string): string {
  if (!CONSTANT.has(name)) return PLAIN.test(value) && PLAIN.test(name) ? `${name}=${value}` : spelled(name, value)
  const last = kept.get(name)
  if (last !== undefined && last.value === value) return last.pair
  const pair = spelled(name, value)
  kept.set(name, { value, pair })
  return pair
}

function spelled (name: string, value: string): string {
  return new URLSearchParams([[name, value]]).toString()
}
