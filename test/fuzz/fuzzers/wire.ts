import fc from 'fast-check'
import { readTokenResponse } from '../../../lib/authentication/server/token-response.js'
import { NetworkError, Auth0Error } from '../../../lib/errors.js'
import { redactText, redactValue } from '../../../lib/http/redact.js'
import { askedDelay, resetAt, retryAfter, retryDelay } from '../../../lib/http/retry.js'
import { parseJson } from '../../../lib/http/json.js'
import { readCredentials } from '../../../lib/plugin/guards/token/credentials.js'
import { anyText, fuzzer, textOf } from '../fuzzer.js'

const SECRET = 'a-canary/of+secret characters'
const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
const around = textOf(['a', '.', ' ', '"', '%20', '+', '&', '=', '\n', 'eyJ', '{"'])
const NOW = 1_800_000_000
const headerValue = textOf(['0', '1', '9', '120', '1800000100', ' ', '-', '.', 'e', 'Mon, ', 'Tue, 15 Jan 2027 ' +
  '08:00:00 GMT', ','])

export const wire = [
  fuzzer('no secret that was sent survives in a message, however it is spelt', [around, around, fc.boolean()],
    (before, after, encoded) => {
      const spelt = encoded ? new URLSearchParams({ a: SECRET }).toString().slice(2) : SECRET
      const clean = redactText(before + spelt + after, [SECRET])
      return !clean.includes(SECRET) && !clean.includes(spelt)
    }),
  fuzzer('no JWT survives in a message', [around, around, fc.nat(9000)], (before, after, padding) => {
    const text = `${' '.repeat(padding)}${before} ${JWT}${after}`
    return !redactText(text, []).includes('eyJzdWIiOiIxIn0')
  }),
  fuzzer('no secret survives in a value, in names and at any depth', [fc.jsonValue({ maxDepth: 12 }), around],
    (value, text) => {
      const member = { [text + SECRET]: { deep: [text + JWT, SECRET + text] } }
      const nested = { list: [value, member], password: text + SECRET }
      const clean = JSON.stringify(redactValue(nested, [SECRET]))
      return !clean.includes(SECRET) && !clean.includes('eyJzdWIiOiIxIn0')
    }),
  fuzzer('a wait that a server asks for is a number of seconds that can be waited, or none', [headerValue, headerValue],
    (after, reset) => {
      const headers = { 'retry-after': after, 'x-ratelimit-reset': reset }
      const asked = askedDelay(headers, NOW)
      const policy = { retries: 3, random: () => 0.5, now: () => NOW }
      const delay = retryDelay({ method: 'GET', number: 0, status: 429, headers }, policy)
      const waits = [asked, retryAfter(headers, NOW)]
      return waits.every(seconds => seconds === undefined || (seconds >= 0 && seconds < 1e13)) &&
        Number.isInteger(resetAt(headers)) && (delay === undefined || (delay > 0 && delay < 10.5))
    }),
  fuzzer('an answer of the token endpoint is refused by a typed error, or holds texts that headers can carry',
    [tokenAnswer(), fc.boolean()], (body, dpop) => {
      const response = { status: 200, headers: { 'content-type': 'application/json' }, body }
      try {
        const tokens = readTokenResponse(response, { dpop })
        return tokens.token_type === (dpop ? 'DPoP' : 'Bearer') && /^[\x21-\x7e]+$/.test(tokens.access_token) &&
          (tokens.expires_in === undefined || (Number.isInteger(tokens.expires_in) && tokens.expires_in >= 0)) &&
          !Object.hasOwn(tokens, '__proto__')
      } catch (error) {
        return error instanceof NetworkError || error instanceof Auth0Error
      }
    }),
  fuzzer('an answer that is no JSON is a typed error that does not quote it',
    [textOf(['{', '}', '[', '"', 'secret-value', ':', '1', '\\', ',', 'null']),
      fc.constantFrom('application/json', '', 'text/html')], (body, type) => {
      try {
        parseJson({ status: 200, headers: { 'content-type': type }, body }, 'The server')
        return JSON.stringify(JSON.parse(body)) !== undefined
      } catch (error) {
        return error instanceof Auth0Error && !error.message.includes('secret-value')
      }
    }),
  fuzzer('credentials are one token of one scheme, or nothing',
    [textOf(['Bearer', 'DPoP', 'bEaReR', ' ', '\t', 'a.b', ',', '"', '='])], text => {
      const read = readCredentials(text)
      return typeof read === 'string' ||
        (/^[A-Za-z0-9\-._~+/]+=*$/.test(read.token) && text.toLowerCase().startsWith(read.scheme.toLowerCase()))
    }),
  fuzzer('any text can be redacted', [anyText(300), anyText(12)], (text, secret) =>
    typeof redactText(text, [secret]) === 'string')
]

/** Answers that are nearly right. */
function tokenAnswer (): fc.Arbitrary<string> {
  const text = fc.oneof(fc.constantFrom('token', 'Bearer', 'DPoP', 'bearer', '3600', ''), anyText(6),
    fc.jsonValue({ maxDepth: 3 }))
  const members = fc.record({
    access_token: text,
    token_type: text,
    expires_in: fc.oneof(text, fc.double()),
    scope: text,
    id_token: text,
    refresh_token: text,
    authorization_details: fc.oneof(fc.array(fc.record({ type: text })), text)
  }, { requiredKeys: ['access_token', 'token_type'] })
  return fc.oneof(members.map(value => JSON.stringify(value)), anyText(20),
    members.map(value => `{"__proto__":{"a":1},${JSON.stringify(value).slice(1)}`))
}
