import { isObject } from '../base/json.js'

const SECRET_MEMBERS = new Set([
  'access_token',
  'refresh_token',
  'id_token',
  'mfa_token',
  'token',
  'logout_token',
  'subject_token',
  'actor_token',
  'client_secret',
  'client_assertion',
  'assertion',
  'code_verifier',
  'password',
  'otp',
  'otp_code',
  'oob_code',
  'binding_code',
  'recovery_code',
  'recovery_codes',
  'secret',
  'barcode_uri',
  'auth_session',
  'auth_req_id',
  'device_code',
  'user_code',
  'ticket',
  'connect_code',
  'authn_response',
  'private_key',
  'authorization',
  'cookie'
])
const UNWANTED_HEADERS = /^(?:set-cookie2?|cookie|authorization|proxy-.*|location|refresh)$/
const JWT = /\beyJ[\w-]+(?:\.[\w-]*)+/g
const MAX_DEPTH = 8
const REDACTED = '[redacted]'

/** A text without tokens, and without the values that were sent, as they are or as a form spells them. */
export function redactText (text: string, secrets: readonly string[]): string {
  let clean = text.replace(JWT, REDACTED)
  for (const secret of secrets) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, REDACTED).replaceAll(formEncoded(secret), REDACTED)
  }
  return clean
}

function formEncoded (value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

/** A JSON value without tokens; what is nested too deep is dropped. */
export function redactValue (value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return redactText(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) return REDACTED
  if (!isObject(value)) return (value as unknown[]).map(item => redactValue(item, secrets, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map((
      [name, member]
    ) => [name, SECRET_MEMBERS.has(name) ? REDACTED : redactValue(member, secrets, depth + 1)])
  )
}

/** Headers of an answer without cookies and credentials. */
export function redactHeaders (headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !UNWANTED_HEADERS.test(name)))
}
