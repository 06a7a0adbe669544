import t from 'tap'
import { readTokenResponse } from '../../../lib/authentication/server/token-response.js'

t.test('answers of the token endpoint, member by member', async t => {
  const read = (body: object, dpop = false, allowedTokenTypes?: string[],
    type = 'application/json') => readTokenResponse(
    {
      status: 200,
      headers: { 'content-type': type },
      body: JSON.stringify({
        access_token: 'a',
        token_type: 'Bearer',
        ...body
      })
    },
    { dpop, allowedTokenTypes })
  t.strictSame(read({}), { access_token: 'a', token_type: 'Bearer' })
  t.strictSame(read({ other: 1, scope: null, refresh_token: 'r' }), {
    other: 1,
    refresh_token: 'r',
    access_token: 'a',
    token_type: 'Bearer'
  })
  for (const [given, dpop, allowed, read_] of [
    ['bearer', false, undefined, 'Bearer'], ['BEARER', false, undefined, 'Bearer'], ['dpop', true, undefined, 'DPoP'],
    ['n_a', false, ['N_A'], 'N_A'], ['bearer', true, undefined, undefined], ['dpop', false, undefined, undefined],
    ['n_a', false, undefined, undefined], [5, false, undefined, undefined], ['', false, [], undefined], ['bearer',
      true, ['Bearer'], 'Bearer']
  ] as const) {
    const work = () => read({ token_type: given }, dpop, allowed as never).token_type
    if (read_ === undefined) {
      t.throws(work, {
        code: 'invalid_response',
        message: /"token_type" in the answer cannot be used/
      })
    } else t.equal(work(), read_)
  }
  for (const [given, seconds] of [[0, 0], [-5, 0], [1.9, 1], ['60', 60], [2_592_000, 2_592_000], [2_592_001, 2_592_000],
    ['999999999999999', 2_592_000]] as const) t.equal(read({ expires_in: given }).expires_in, seconds, String(given))
  for (const wrong of ['', '1.5', '-1', '9999999999999999', true, {}]) {
    t.throws(() => read({ expires_in: wrong }), { message: /"expires_in" in the answer/ }, String(wrong))
  }
  for (const name of ['access_token', 'id_token', 'refresh_token', 'recovery_code', 'issued_token_type']) {
    t.equal(read({ [name]: 'x!~' })[name], 'x!~')
    for (const wrong of ['', 'a b', 'é', 'a\n', 5, {}]) {
      t.throws(() => read({ [name]: wrong }),
        { message: new RegExp(`"${name}" in`) })
    }
  }
  t.throws(() => read({ access_token: undefined }), /"access_token"/)
  for (const good of ['', 'a b']) t.equal(read({ scope: good }).scope, good)
  for (const wrong of ['é', '\n', 5, []]) t.throws(() => read({ scope: wrong }), /"scope" in/)
  const deep = (levels: number): unknown => levels === 0 ? 1 : { type: 'x', a: deep(levels - 1) }
  const details = (value: unknown) => read({ authorization_details: value }).authorization_details
  t.strictSame(details([]), [])
  t.strictSame(details([deep(15)]), [deep(15)])
  for (const wrong of [{}, 'x', [null], [{}], [{ type: 5 }], [{ type: 'x' }, {}], [deep(16)]]) {
    t.throws(() => details(wrong), /"authorization_details" in/)
  }
  const long = (length: number) => [{ type: 'x'.repeat(length - 13) }]
  t.equal(JSON.stringify(details(long(65_536))).length, 65_536)
  t.throws(() => details(long(65_537)), /"authorization_details"/)
  for (const type of ['text/plain', '', 'application/jose+json']) {
    t.throws(() => read({}, false, undefined, type),
      /the answer is not JSON/)
  }
})
