import t from 'tap'
import { requestToken } from '../../../lib/authentication/server/token-endpoint.js'

t.test('nothing that was sent comes back in an error of the token endpoint', async t => {
  const names = ['code', 'code_verifier', 'refresh_token', 'password', 'otp', 'oob_code', 'binding_code',
    'recovery_code', 'mfa_token',
    'device_code', 'auth_req_id', 'auth_session', 'subject_token', 'actor_token', 'assertion']
  for (const [params, headers] of [[{ client_secret: 'the-secret' }, {}], [{ client_assertion: 'the-secret' }, {}],
    [{}, { authorization: 'Basic the-secret' }]] as const) {
    const server = {
      endpoint: async () => 'https://acme.test/oauth/token',
      dpop: undefined,
      now: () => 5,
      clientAuthentication: async () => ({ headers, params }),
      http: {
        send: async ({ body }: { body: string }) => ({
          status: 400,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ error: 'x', error_description: `the-secret ${new URLSearchParams(body).get('note')}` })
        })
      }
    }
    for (const name of names) {
      await t.rejects(requestToken(server as never, { [name]: 'value-of-it', note: 'value-of-it' }),
        { code: 'x', message: '[redacted] [redacted]', call: 'POST /oauth/token' }, name)
    }
  }
})
