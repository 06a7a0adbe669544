import t from 'tap'
import { authenticateClient } from '../../../lib/authentication/server/client-auth.js'

t.test('how a client authenticates', async t => {
  const now = () => 5
  const client = { clientId: 'c d', issuer: 'https://a/', now }
  const id = { client_id: 'c d' }
  t.strictSame(await authenticateClient(client), { headers: {}, params: id })
  t.strictSame(await authenticateClient({ ...client, clientSecret: 's' }), {
    headers: {},
    params: {
      ...id,
      client_secret: 's'
    }
  })
  const basic = { ...client, clientSecret: 's:&', clientSecretMethod: 'basic' as const }
  t.strictSame(await authenticateClient(basic),
    { headers: { authorization: `Basic ${Buffer.from('c+d:s%3A%26').toString('base64')}` }, params: id })
  t.strictSame(await authenticateClient(basic, 'body'), { headers: {}, params: { ...id, client_secret: 's:&' } })
  t.strictSame(await authenticateClient({ ...basic, clientSecretMethod: 'post' }), {
    headers: {},
    params: {
      ...id,
      client_secret: 's:&'
    }
  })
  const signed: unknown[] = []
  const assertionSigner = { sign: async (about: unknown) => { signed.push(about); return 'jwt' } } as never
  t.strictSame(await authenticateClient({ ...basic, assertionSigner }), {
    headers: {},
    params: {
      ...id, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'jwt'
    }
  })
  t.strictSame(signed, [{ clientId: 'c d', audience: 'https://a/', now: 5 }])
  await t.rejects(authenticateClient({ ...client, clientId: '' }), { option: 'clientId', message: /./ })
})
