import { TokenValidationError } from '../errors.js'

/** Every `reason` of a `TokenValidationError`; `issuer` and `organization` have classes of their own. */
type TokenProblem = 'missing' | 'malformed' | 'too_long' | 'type' | 'critical_header' | 'algorithm'
  | 'key_not_found' | 'key_ambiguous' | 'signature' | 'issuer' | 'organization' | 'claim_missing' | 'claim_invalid'
  | 'audience' | 'authorized_party' | 'expired' | 'not_yet_valid' | 'issued_in_future' | 'too_old' | 'nonce'
  | 'auth_too_old' | 'auth_in_future' | 'acr' | 'security_event' | 'at_hash' | 'id_token' | 'proof_key' | 'proof_method'
  | 'proof_url' | 'proof_token' | 'proof_binding' | 'replay'

/** Throws the `TokenValidationError` for a problem. */
export function refuseToken (reason: TokenProblem, message: string,
  options: { claim?: string, cause?: unknown } = {}): never {
  throw new TokenValidationError(reason, message, options)
}

/** A value of a token as a message may show it: bounded, on one line, and never an object's content. */
export function shown (value: unknown): string {
  if (Array.isArray(value)) return `[${cut(value.map(item => shown(item)).join(', '))}]`
  if (value === undefined) return 'nothing'
  if (typeof value !== 'string') return value === null ? 'null' : `a value of type ${typeof value}`
  return `"${cut(value.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ''))}"`
}

function cut (text: string): string {
  return text.length > 256 ? `${text.slice(0, 256)}…` : text
}
