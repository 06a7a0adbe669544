import t from 'tap'
import { checkClientOptions, CLIENT_OPTIONS, readHttpTimeout, usesMutualTls } from '../../lib/base/client-options.js'

t.test('options of clients', async t => {
  t.strictSame(CLIENT_OPTIONS, ['algorithm', 'audience', 'clientAssertionSigningAlg', 'clientAssertionSigningKey',
    'clientAssertionSigningKeyId', 'clientId', 'clientSecret', 'clientSecretMethod', 'clockTolerance', 'customDomain',
    'customFetch', 'discoveryTtl', 'dispatcher', 'domain', 'dpop', 'httpTimeout', 'idTokenSigningAlg', 'issuer', 'jwks',
    'jwksMaxAge', 'jwksUri', 'keys', 'maxWait', 'now', 'onWait', 'organization', 'rateLimit', 'retry', 'secret',
    'telemetry', 'throttle', 'timeout', 'tls', 'token', 'useMtls'])
  const messageOf = (options: unknown): string => {
    try {
      checkClientOptions(options)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  for (const name of CLIENT_OPTIONS) t.notMatch(messageOf({ [name]: 'x' }), /is not known/, name)
  const members = {
    dpop: ['key'],
    retry: ['retries', 'maxDelay', 'sleep', 'now', 'random'],
    telemetry: ['name', 'version', 'env'],
    throttle: ['perSecond', 'burst'],
    tls: ['cert', 'key', 'passphrase', 'ca']
  }
  for (const [name, known] of Object.entries(members)) {
    const whole = name === 'telemetry' ? { name: 'n', version: '1' } : {}
    for (const member of known) t.notMatch(messageOf({ [name]: { ...whole, [member]: 1 } }), /is not known/, member)
    t.throws(() => checkClientOptions({ [name]: { ...whole, zzzzzzzzzz: 1 } }),
      { option: `${name}.zzzzzzzzzz`, message: `Known are: ${known.join(', ')}.` })
    t.doesNotThrow(() => checkClientOptions({ [name]: { ...whole, zzzzzzzzzz: undefined } }))
  }
  t.doesNotThrow(() => checkClientOptions({ jwks: { x: 1 }, zzzzzzzzzz: undefined }))
  for (const wrong of [null, undefined, 'x']) {
    t.throws(() => checkClientOptions(wrong), {
      option: 'options',
      message: /./
    })
  }
  for (const seconds of [0.001, 3600]) {
    t.equal(readHttpTimeout({ timeout: seconds }), seconds)
    t.equal(readHttpTimeout({ httpTimeout: seconds }), seconds)
    t.equal(readHttpTimeout({ httpTimeout: seconds, timeout: seconds }), seconds)
  }
  t.equal(readHttpTimeout({}), undefined)
  for (const wrong of [0, 3600.1, NaN, '5' as never]) {
    t.throws(() => readHttpTimeout({ timeout: wrong }), { option: 'timeout', message: /above 0, and at most 3600/ })
    t.throws(() => readHttpTimeout({ httpTimeout: wrong }), { option: 'httpTimeout', message: /./ })
  }
  t.throws(() => readHttpTimeout({ timeout: 1, httpTimeout: 2 }), { option: 'timeout', message: /must not differ/ })
  for (const [given, uses] of [
    [{}, false], [{ tls: {} }, true], [{ tls: {}, useMtls: false }, true], [{ useMtls: false }, false],
    [{ useMtls: true, dispatcher: {} }, true], [{ useMtls: true, customFetch: {} }, true]
  ] as const) t.equal(usesMutualTls(given), uses, JSON.stringify(given))
  t.throws(() => usesMutualTls({ useMtls: true, tls: {}, dispatcher: {} }), {
    option: 'useMtls',
    message: /beside "tls"/
  })
  t.throws(() => usesMutualTls({ useMtls: true }), { option: 'useMtls', message: /without "customFetch"/ })
})
