import fc from 'fast-check'
import t from 'tap'
import { formPair } from '../../../lib/authentication/server/form.js'

t.test('a parameter is spelled as URLSearchParams spells it, whatever came before', async t => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'a b',
    '\ud800', '+', '%20', '&=', 'é', '~!\'()', 'Az09-_.*', 'https://app.example.com/auth/callback', '\n'))
  const name = fc.oneof(fc.constantFrom('client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope',
    'audience', 'code_challenge_method', 'grant_type', 'state', 'code', 'client_secret', '__proto__'), text)
  fc.assert(fc.property(fc.array(fc.tuple(name, text), { maxLength: 12 }), pairs => {
    const form = [...pairs, ...pairs].map(([name, value]) => formPair(name, value)).join('&')
    return form === new URLSearchParams([...pairs, ...pairs]).toString()
  }), { numRuns: 500 })
})
