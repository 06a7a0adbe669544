import t from 'tap'
import { parseOptions } from '../../../lib/plugin/options/options.js'
import type { Auth0Options } from '../../../types/index.js'
import { good, parse, PEM, store, tls } from './given-options.js'

t.test('what must be given, of logins and of an API alone', async t => {
  const api = { domain: 'a.eu.auth0.com', mountRoutes: false, api: { audience: 'x' } }
  for (const [given, production, option, says] of [
    [api, true],
    [{ ...api, api: { resources: { '/mcp': { audience: 'x' } } } }, true],
    [{ ...api, api: {} }, false, 'clientId',
      /Options "clientId", "sessionSecret", "clientSecret" must be given\..*An API/],
    [{ ...api, mountRoutes: true }, false, 'clientId', /with "mountRoutes: false"/],
    [{ ...api, domain: undefined }, false, 'domain', /^Option "domain" must be given\.$/],
    [{ ...api, clientId: 'x' }, false, 'sessionSecret',
      /^Options "sessionSecret", "clientSecret" must be given\. The [^.]*\.$/],
    ...['clientSecret', 'clientAssertionSigningKey', 'tls', 'sessionSecret', 'sessionStore', 'sessionConfiguration',
      'transactionStore', 'transactionConfiguration', 'importSessions'].map(name => [
      {
        ...api,
        [name]: {
          clientSecret: 'x',
          clientAssertionSigningKey: PEM,
          tls,
          sessionSecret: 's'.repeat(32),
          sessionStore: store('create', 'get', 'update', 'touch', 'delete', 'deleteWhere', 'list'),
          transactionStore: store('set', 'take', 'delete')
        }[name] ?? {}
      }, false, 'clientId', /"clientId"/]),
    [{ ...api, useMtls: true, customFetch: fetch }, false, 'clientId', /^Options "clientId", "sessionSecret" must/],
    [{ ...good, appBaseUrl: undefined }, true, 'appBaseUrl', /^Option "appBaseUrl" must be given\. In production/],
    [{ ...good, appBaseUrl: undefined }, false],
    [{ ...good, clientId: undefined }, false, 'clientId', /^Option "clientId" must be given\.$/],
    [{ ...good, clientId: undefined, audience: 'x' }, false, 'clientId', /An API alone needs/],
    [{ ...good, sessionSecret: undefined, audience: 'x' }, false, 'sessionSecret',
      /^Option "sessionSecret" must be given\.$/],
    // What an application makes of an environment that is not there: ''.
    ...['domain', 'clientId', 'clientSecret', 'sessionSecret', 'appBaseUrl'].map(name => [
      { ...good, [name]: '' }, false, name,
      new RegExp(`^Option "${name}" must be given\\..* "${name}" is empty\\. .*--env-file=\\.env`)]),
    [{ ...good, clientSecret: '', clientAssertionSigningKey: PEM }, false, 'clientSecret', /"clientSecret" is empty/],
    [{ ...api, clientId: '' }, false, 'clientId', /^Option "clientId" must be given\./],
    [{ domain: '', clientId: '', clientSecret: '', sessionSecret: '', appBaseUrl: '' }, false, 'domain',
      /^Options "domain", "clientId", "sessionSecret", "clientSecret", "appBaseUrl" must be given\..*" are empty\./]
  ] as [object, boolean, string?, RegExp?][]) {
    const name = JSON.stringify(given)
    const read = () => parseOptions(given as Auth0Options, '', production)
    if (option === undefined) t.doesNotThrow(read, name)
    else t.throws(read, { name: 'ConfigurationError', option, message: says! }, name)
  }
  t.throws(() => parseOptions(5 as never, ''), /options must be an object; got a number/)
  const domain = (): string => 'x'
  t.match(parse({ domain }), { resolveDomain: domain, domain: undefined, issuer: undefined })
  const before = process.env.NODE_ENV
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  })
  for (const [mode, refuses] of [['production', true], ['development', false]] as const) {
    process.env.NODE_ENV = mode
    const read = () => parseOptions({ ...good, appBaseUrl: undefined as never }, '')
    if (refuses) t.throws(read, { option: 'appBaseUrl', message: /./ })
    else t.doesNotThrow(read)
  }
  for (const name of ['prefix', 'logLevel', 'logSerializers']) t.doesNotThrow(() => parse({ [name]: 'x' }), name)
})
