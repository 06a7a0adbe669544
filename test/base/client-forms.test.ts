import t from 'tap'
import { refuseOtherForms } from '../../lib/base/client-forms.js'

t.test('the forms of options', async t => {
  const texts = ['clientAssertionSigningKeyId', 'clientId', 'clientSecret', 'organization', 'secret']
  const forms: [options: string[], good: unknown[], bad: unknown[], what: string][] = [
    [texts, ['x'], ['', 7, null, {}, ['x']], 'a string that is not empty'],
    [['customDomain'], ['login.acme.test', 'a:8443'], ['', 7, null, {}, ['x'], 'a\nb', 'a b', 'https://a.test/'],
      'a host name'],
    [['clientSecretMethod'], ['post', 'basic'], ['header', null, 7], '"post" or "basic"'],
    [['clockTolerance', 'discoveryTtl'], [0, 1.5], ['1', -1, NaN, Infinity, null], 'a number of seconds, 0 or more'],
    [['jwksMaxAge'], [0.5], [0, '1', NaN, Infinity, null], 'a number of seconds above 0'],
    [['customFetch'], [() => {}], ['x', null, {}], 'a function'],
    [['dispatcher'], [{ dispatch () {} }], [{}, null, 'x'], 'an undici Dispatcher'],
    [['dpop'], [true, false, { key: 'k' }], ['yes', null, 1], 'true, false or { key }'],
    [['jwksUri'], ['https://a.test/jwks', 'http://a.test/'], ['', 'jwks', 'file:///x', 7, null], 'an absolute URL'],
    [['keys'], [{ get () {} }], [{}, [], null, 'x'], 'an object with a method "get"'],
    [['now'], [() => 1_800_000_000], [5, null, () => 1_800_000_000_000, () => NaN, () => 'x'],
      'a function that returns epoch seconds, such as () => Date.now() / 1000'],
    [['retry'], [false, {}], [true, 3, null, 'x'], '{ retries, maxDelay }, or false'],
    [['retry.retries'], [0, 3], [-1, 1.5, '3', NaN, null], 'a whole number, 0 or more'],
    [['retry.maxDelay'], [0, 1.5], [-1, '3', NaN, null], 'a number of seconds, 0 or more'],
    [['retry.sleep'], [() => {}], [7, null], 'a function'],
    [['telemetry'], [true, false, { name: 'n', version: '1' }], ['x', null, { name: 'n', version: '' },
      { name: 7, version: '1' }], 'true, false or { name, version }'],
    [['tls', 'throttle'], [{}], ['x', null], 'an object'],
    [['token'], ['t', () => 't'], ['', 7, null, {}], 'an access token, or a function that returns one'],
    [['useMtls'], [true, false], ['true', 1, null], 'true or false']
  ]
  const give = (option: string, value: unknown) => () => refuseOtherForms(option, value)
  for (const [options, good, bad, what] of forms) {
    for (const option of options) {
      for (const value of good) t.doesNotThrow(give(option, value), `${option}: ${String(value)}`)
      for (const value of bad) {
        t.throws(give(option, value), {
          name: 'ConfigurationError',
          option,
          message: `Option "${option}" must ` +
          `be ${what}.`
        },
          `${option}: ${String(value)}`)
      }
    }
  }
  t.doesNotThrow(give('toString', 7), 'what has no form passes')
})
