import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { AuthenticationClient, MyAccountClient, TokenVerifier } from '../../lib/authentication/index.js'
import { CLIENT_OPTIONS } from '../../lib/base/client-options.js'
import { ManagementClient } from '../../lib/management/index.js'

const domain = 'acme.eu.auth0.com'
const clients: [name: string, make: (options: Record<string, unknown>) => unknown, needs: Record<string, unknown>][] = [
  ['ManagementClient', options => new ManagementClient(options as never), { domain, token: 'token' }],
  ['AuthenticationClient', options => new AuthenticationClient(options as never), { domain, clientId: 'c' }],
  ['MyAccountClient', options => new MyAccountClient(options as never), { domain }],
  ['TokenVerifier', options => new TokenVerifier(options as never), { issuer: `https://${domain}/`, audience: 'a' }]
]

for (const [name, make, needs] of clients) {
  t.test(name, async t => {
    const cases: [given: Record<string, unknown>, option: string, message: RegExp][] = [
      [
        { retry: { retires: 3 } },
        'retry.retires',
        /^Option "retry\.retires" is not known\. Did you mean "retry\.retries"\?$/
      ],
      [{ jwskMaxAge: 5 }, 'jwskMaxAge', /Did you mean "jwksMaxAge"\?$/],
      [{ clientID: 'c' }, 'clientID', /Did you mean "clientId"\?$/],
      [{ somethingElse: 1 }, 'somethingElse', /^Option "somethingElse" is not known\.$/],
      [{ tls: { certificate: 'x' } }, 'tls.certificate', /Known are: cert, key, passphrase, ca\.$/],
      [{ dpop: { kye: 'x' } }, 'dpop.kye', /Did you mean "dpop\.key"\?$/],
      [{ timeout: 5, httpTimeout: 6 }, 'timeout', /must not differ from "httpTimeout"/],
      [{ retry: { retries: '3' } }, 'retry.retries', /must be a whole number, 0 or more\.$/],
      [{ telemetry: null }, 'telemetry', /must be true, false or \{ name, version \}\.$/],
      [{ now: () => Date.now() }, 'now', /must be a function that returns epoch seconds/],
      [{ customFetch: 'x' }, 'customFetch', /must be a function\.$/],
      [{ clientSecret: 7 }, 'clientSecret', /must be a string that is not empty\.$/],
      ...[0, -1, Number.NaN, 4000, '5'].flatMap((seconds): [Record<string, unknown>, string, RegExp][] => [
        [{ timeout: seconds }, 'timeout', /^Option "timeout" must be a number of seconds/],
        [{ httpTimeout: seconds }, 'httpTimeout', /^Option "httpTimeout" must be a number of seconds/]
      ])
    ]
    for (const [given, option, message] of cases) {
      t.throws(
        () => make({ ...needs, ...given }),
        { name: 'ConfigurationError', option, message },
        JSON.stringify(given)
      )
    }
    t.throws(
      () => make({ domian: domain }),
      { option: 'domian', message: /Did you mean "domain"\?/ },
      'an unknown option is told before a missing one'
    )
    t.throws(() => make('acme.eu.auth0.com' as never), { name: 'ConfigurationError', option: 'options' })
    t.ok(
      make({
        ...needs,
        ...Object.fromEntries(CLIENT_OPTIONS.filter(option => !(option in needs)).map(option => [option, undefined])),
        clinetId: undefined
      }),
      'undefined is not given'
    )
    t.ok(make({ ...needs, httpTimeout: 3, timeout: 3 }))
  })
}

t.test('one object serves all clients', async t => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }
  const all = {
    domain,
    clientId: 'c',
    clientSecret: 's',
    issuer: `https://${domain}/`,
    audience: `https://${domain}/api/v2/`,
    algorithm: 'ES256' as const,
    jwks: { keys: [jwk] },
    jwksMaxAge: 60,
    httpTimeout: 3,
    retry: { retries: 1 },
    clockTolerance: 5
  }
  t.ok(new ManagementClient(all).users)
  t.ok(new AuthenticationClient(all).getToken)
  t.ok(new MyAccountClient(all).audience)
  t.ok(new TokenVerifier(all))
})

t.test('the time of each client ends its calls', async t => {
  const hanging: typeof fetch = () => new Promise(() => {})
  for (const option of ['httpTimeout', 'timeout']) {
    const given = { customFetch: hanging, [option]: 0.01 }
    const calls: (() => Promise<unknown>)[] = [
      () => new ManagementClient({ domain, token: 'token', ...given }).users.get('u'),
      () => new AuthenticationClient({ domain, clientId: 'c', ...given }).getToken.clientCredentials({ audience: 'a' }),
      () => new MyAccountClient({ domain, ...given }).getFactors('token'),
      () =>
        new TokenVerifier({ issuer: `https://${domain}/`, audience: 'a', ...given }).verify(
          'eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.e30.c2ln'
        )
    ]
    for (const call of calls) await t.rejects(call(), { code: 'timeout', message: /0\.01 s/ }, option)
  }
})
