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
/** A run of the characters that tokens consist of: each is looked at once. */
const RUN = /[\w.-]{4,}/g
const TOKEN_CHARACTER = /[\w.-]/
const JWT_START = /(?<![A-Za-z0-9])eyJ/
const MAX_DEPTH = 8
/** Characters of one text that are kept at most: an answer may have megabytes of it. */
const MAX_TEXT = 8192
/** Shorter values are no secrets, and would be found everywhere. */
const SHORTEST_SECRET = 4
const REDACTED = '[redacted]'

/**
 * A text without tokens, and without the values that were sent, as they are or as a form spells them. What is longer
 * than 8,192 characters is cut.
 */
export function redactText (text: string, secrets: readonly string[]): string {
  const known = secrets.filter(secret => secret.length >= SHORTEST_SECRET)
    .flatMap(secret => [...new Set([secret, formEncoded(secret)])])
  let clean = text.length <= MAX_TEXT ? text : cut(text.slice(0, MAX_TEXT), known)
  for (const secret of known) clean = clean.replaceAll(secret, REDACTED)
  return clean.replace(RUN, withoutJwt)
}

/** A text that was cut short, without the beginning of a secret or a token that its end may be. */
function cut (text: string, secrets: readonly string[]): string {
  let end = text.length
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, end); length > 0; length--) {
      if (text.endsWith(secret.slice(0, length))) {
        end = Math.min(end, text.length - length)
        break
      }
    }
  }
  let start = end
  while (start > 0 && TOKEN_CHARACTER.test(text[start - 1]!)) start -= 1
  const jwt = text.slice(start, end).search(JWT_START)
  return `${text.slice(0, jwt === -1 ? end : start + jwt)}…`
}

/** A JWT begins with a JSON object; whatever follows in its run may be part of it. */
function withoutJwt (run: string): string {
  const start = run.search(JWT_START)
  return start === -1 || !run.includes('.', start) ? run : run.slice(0, start) + REDACTED
}

function formEncoded (value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}

/** A JSON value without tokens, names included; what is nested too deep is dropped. */
export function redactValue (value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return redactText(value, secrets)
  if (typeof value !== 'object' || value === null) return value
  if (depth === MAX_DEPTH) return REDACTED
  if (!isObject(value)) return (value as unknown[]).map(item => redactValue(item, secrets, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, member]) =>
    [redactText(name, secrets), SECRET_MEMBERS.has(name) ? REDACTED : redactValue(member, secrets, depth + 1)]))
}

/** Headers of an answer without cookies, credentials and tokens. */
export function redactHeaders (headers: Readonly<Record<string, string>>,
  secrets: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !UNWANTED_HEADERS.test(name))
      .map(([name, value]) => [name, redactText(value, secrets)])
  )
}
