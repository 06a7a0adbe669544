import t from 'tap'
import { clientOptions } from '../../../lib/plugin/options/client-options.js'
import { parse, PEM, store, tls } from './given-options.js'

t.test('a client that stands on its own gets the credentials and connections', async t => {
  const { now } = parse({})
  const base = { domain: 'd.example.com', clientId: 'client', timeout: 5, telemetry: true }
  const made = (changes: object) => {
    const { now, ...options } = clientOptions(parse(changes), 'd.example.com')
    t.type(now, 'function')
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  }
  t.type(now, 'function')
  t.strictSame(made({}), { ...base, clientSecret: 'secret', clientSecretMethod: 'post' })
  t.strictSame(made({ clientSecret: undefined, clientAssertionSigningKey: PEM, customFetch: fetch }),
    { ...base, clientAssertionSigningKey: PEM, clientAssertionSigningAlg: 'RS256', customFetch: fetch })
  t.match(made({
    clientSecret: undefined,
    clientAssertionSigningKey: PEM,
    clientAssertionSigningKeyId: 'k',
    clientAssertionSigningAlg: 'ES256'
  }), { clientAssertionSigningKeyId: 'k', clientAssertionSigningAlg: 'ES256' })
  t.strictSame(made({ clientSecret: undefined, tls }), { ...base, tls })
  const dispatcher = store('dispatch')
  t.strictSame(made({ clientSecret: undefined, useMtls: true, dispatcher }), { ...base, useMtls: true, dispatcher })
  t.throws(() => clientOptions(parse({})), { option: 'domain', message: /serves several domains/ })
})
