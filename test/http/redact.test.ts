import t from 'tap'
import { redactHeaders, redactText, redactValue } from '../../lib/http/redact.js'

t.test('each member and header that may hold a secret', async t => {
  const members = ['access_token', 'refresh_token', 'id_token', 'mfa_token', 'token', 'logout_token', 'subject_token',
    'actor_token', 'client_secret', 'client_assertion', 'assertion', 'code_verifier', 'password', 'otp', 'otp_code',
    'oob_code', 'binding_code', 'recovery_code', 'recovery_codes', 'secret', 'barcode_uri', 'auth_session',
    'auth_req_id', 'device_code', 'user_code', 'ticket', 'connect_code', 'authn_response', 'private_key',
    'authorization', 'cookie']
  for (const name of members) {
    t.strictSame(redactValue({ [name]: 'x', other: 'y' }, []), { [name]: '[redacted]', other: 'y' }, name)
  }
  t.strictSame(redactHeaders({
    'set-cookie': 'x',
    'set-cookie2': 'x',
    cookie: 'x',
    authorization: 'x',
    'proxy-authenticate': 'x',
    location: 'x',
    refresh: 'x',
    'x-a': 'see 1234',
    'x-cookie': 'y',
    locations: 'z'
  }, ['1234']), { 'x-a': 'see [redacted]', 'x-cookie': 'y', locations: 'z' })
  t.strictSame(redactHeaders({ a: 'b' }), { a: 'b' })
})

t.test('what is cut, and where', async t => {
  const deep = (levels: number): unknown => levels === 0 ? 'x' : { a: deep(levels - 1) }
  t.strictSame(redactValue(deep(8), []), deep(8))
  t.match(JSON.stringify(redactValue(deep(9), [])), /^(?:\{"a":){8}"\[redacted\]"\}+$/)
  t.strictSame(redactValue([[null, 5, true, undefined]], []), [[null, 5, true, undefined]])
  t.equal(redactText('a 123 b 1234', ['123']), 'a 123 b 1234')
  t.equal(redactText('a 1234 b', ['1234']), 'a [redacted] b')
  const words = (length: number) => 'ab '.repeat(3000).slice(0, length)
  t.equal(redactText(words(8192), []), words(8192))
  t.equal(redactText(words(8193), []), `${words(8192)}…`)
  t.equal(redactText(`${words(8188)} abc-secret`, ['abc-secret']), `${words(8188)} …`)
  t.equal(redactText(`${words(8187)} ab-ab-secret`, ['ab-secret', 'ab-ab-secret']), `${words(8187)} …`)
  t.equal(redactText(`${words(8170)} eyJhbGciOiJub25lIn0.eyJzdWIi.x`, []), `${words(8170)} …`)
  t.equal(redactText(`${words(8170)} -eyJhbGciOiJub25lIn0.eyJzdWIi.x`, []), `${words(8170)} -…`)
  for (const [secret, end, left] of [
    ['Zsecret', 'Z', ''], ['abcd-secret', 'abcd-secre', ''], ['abcd-secret', 'abcd-secret', '[redacted]'],
    ['abcd-secret', ' bcd-secret', ' bcd-secret']
  ] as const) {
    const kept = words(8192 - end.length)
    t.equal(redactText(`${kept}${end}-and more`, [secret]), `${kept}${left}…`, end)
  }
  t.equal(redactText(`eyJ${'a'.repeat(9000)}.b`, []), '…', 'a token from the first character on')
  t.equal(redactText(`eyJ${'a'.repeat(8188)}Zsecret`, ['Zsecret']), '…', 'of an odd length, too')
  t.equal(redactText('eyJhbGci.x', []), '[redacted]')
  t.equal(redactText('a.eyJhbGci', []), 'a.eyJhbGci', 'one part is no token')
  t.equal(redactText('see abc-eyJhbGci.x and www.a.test', []), 'see abc-[redacted] and www.a.test')
  t.equal(redactText(`eyJ${'a'.repeat(8186)}Z bsecret`, ['Z bsecret']), '…')
  t.equal(redactValue('a 1234', ['1234']), 'a [redacted]')
  const list = (levels: number): unknown => levels === 0 ? 'x' : [list(levels - 1)]
  t.strictSame(redactValue(list(8), []), list(8))
  t.equal(JSON.stringify(redactValue(list(9), [])), JSON.stringify(list(8)).replace('x', '[redacted]'))
})
