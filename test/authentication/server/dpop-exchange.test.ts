import t from 'tap'
import { keepNonce, knownNonce, sendWithProof } from '../../../lib/authentication/server/dpop-exchange.js'

t.test('nonces of many servers', async t => {
  const key = {} as never
  t.equal(knownNonce(key, 'o'), undefined)
  for (let i = 0; i <= 100; i++) keepNonce(key, `o${i}`, `n${i}`)
  t.strictSame(['o0', 'o1', 'o100'].map(origin => knownNonce(key, origin)), [undefined, 'n1', 'n100'])
  keepNonce(key, 'o1', undefined)
  keepNonce(key, 'o1', 'newer')
  keepNonce(key, 'o101', 'x')
  t.strictSame(['o1', 'o2'].map(origin => knownNonce(key, origin)), ['newer', undefined], 'the oldest goes')
})

t.test('a request is sent once more only when the server wants its nonce', async t => {
  const challenge = 'DPoP error="use_dpop_nonce"'
  const rows: [status: number, nonce: string | undefined, body: string, challenge: string | undefined, sent: number][] =
    [[400, 'n', '{"error":"use_dpop_nonce"}', undefined, 2], [401, 'n', '', challenge, 2],
      [401, 'n', 'use_dpop_nonce', undefined, 2], [400, undefined, 'use_dpop_nonce', undefined, 1],
      [401, undefined, '', challenge, 1], [400, 'n', '{"error":"invalid_dpop_proof"}', undefined, 1],
      [400, 'n', '', challenge, 1], [401, 'n', '', 'DPoP error="invalid_token"', 1], [401, 'n', '', undefined, 1],
      [403, 'n', 'use_dpop_nonce', challenge, 1], [200, 'n', 'use_dpop_nonce', challenge, 1]]
  for (const [status, nonce, body, challenge, count] of rows) {
    const proofs: object[] = []
    const key = { proof: async (proof: object) => String(proofs.push(proof)) } as never
    const sent: object[] = []
    const http = {
      send: async (request: object) => {
        sent.push(request)
        return { status, body, headers: { 'dpop-nonce': nonce, 'www-authenticate': challenge } }
      }
    } as never
    const request = { method: 'POST' as const, url: 'https://a.test/token?x=1', headers: { accept: 'text/plain' } }
    await sendWithProof({ http, key, now: () => 7, accessToken: 'token', prepare: () => request })
    const row = `${status} ${nonce} ${body} ${challenge}`
    t.strictSame(sent, ['1', '2'].slice(0, count).map(dpop => ({ ...request, headers: { ...request.headers, dpop } })),
      row)
    const proof = { method: 'POST', url: request.url, now: 7, nonce: undefined, accessToken: 'token' }
    t.strictSame(proofs, [proof, { ...proof, nonce }].slice(0, count), row)
    t.equal(knownNonce(key, 'https://a.test'), nonce, row)
  }
})
