import t from 'tap'
import { ConfigurationError } from '../../lib/errors.js'
import { FORMER_CLIENT_NAMES } from '../../lib/flows/former-names.js'
import { federatedDomainCheck } from '../../lib/plugin/federated-domain.js'
import { Auth0Instance } from '../../lib/plugin/instance.js'
import { describeSchemes, describeSecurity } from '../../lib/plugin/open-api.js'
import { strictInstance } from '../../lib/plugin/strict-instance.js'

t.test('an instance that throws for names it does not have', async t => {
  const own = (): string => 'own'
  const instance = Object.assign(Object.create(Auth0Instance.prototype) as Auth0Instance, { own, nothing: undefined })
  const strict = strictInstance(instance) as unknown as Record<string, unknown>
  for (const name of ['then', 'getter', 'setter', 'toJSON', 'inspect', 'asymmetricMatch', 'nodeType', 'tagName',
    '$$typeof', '@@__IMMUTABLE_ITERABLE__@@', '@@__IMMUTABLE_RECORD__@@', 'nothing']) {
    t.equal(strict[name], undefined, name)
  }
  t.equal((strict as unknown as Record<symbol, unknown>)[Symbol.iterator], undefined)
  t.equal(strict.own, own, 'what is its own stays as it is')
  t.type(strict.cspFormAction, 'function')
  t.equal(strict.cspFormAction, strict.cspFormAction, 'a method is bound once')
  t.not(strict.cspFormAction, instance.cspFormAction)
  const former = 'startPasswordless'
  for (const [name, says] of [
    [former, `"fastify.auth0.${former}" does not exist. Use ${FORMER_CLIENT_NAMES[former]}.`],
    ['getUser', '"fastify.auth0.getUser" does not exist. It belongs to a request. Use request.auth0.getUser.'],
    ['cspFormActions', '"fastify.auth0.cspFormActions" does not exist. Did you mean "cspFormAction"?'],
    ['ow', '"fastify.auth0.ow" does not exist. Did you mean "own"?']
  ] as const) {
    t.throws(() => strict[name], { name: 'ConfigurationError', option: name, message: says })
  }
  t.throws(() => strict.zzzzzzzzzz, /Known are: own, nothing, for, /)
  try {
    t.fail(String(strict.zzzzzzzzzz))
  } catch (error) {
    t.notMatch((error as Error).message, 'constructor')
  }
})

t.test('what an OpenAPI document says', async t => {
  const security = [{ session: [] }] as never
  const described = (schema: object | undefined, given: unknown) => {
    const route = { schema } as never as { schema: object | undefined }
    describeSecurity(route as never, given as never)
    return route.schema
  }
  t.strictSame(described(undefined, security), { security })
  t.strictSame(described({ summary: 'x' }, security), { summary: 'x', security })
  t.strictSame(described({ security: [] }, security), { security: [] }, 'what the route says itself stands')
  t.equal(described(undefined, undefined), undefined)

  const places: object[] = []
  const cookieNames = {
    session (place: object) {
      places.push(place)
      return { session: 'the-cookie' }
    }
  }
  const schemes = (config: object, own?: Record<string, unknown>) => {
    const openapiObject = { components: { ...(own !== undefined && { securitySchemes: own }) } }
    const schema = {}
    const transform = describeSchemes({ config: { appBases: [], ...config }, cookieNames } as never)
    t.strictSame(transform({ schema, url: '/x', openapiObject }), { schema, url: '/x' })
    t.strictSame(transform({ schema, url: '/x' }), { schema, url: '/x' })
    return (openapiObject.components as { securitySchemes: object }).securitySchemes
  }
  const session = { type: 'apiKey', in: 'cookie', name: 'the-cookie' }
  const bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
  t.strictSame(schemes({}), { session, bearer })
  t.strictSame(schemes({ issuer: 'https://a.test/', appBases: [{ origin: 'https://app.test:8443', secure: true }] }), {
    session,
    bearer,
    openIdConnect: { type: 'openIdConnect', openIdConnectUrl: 'https://a.test/.well-known/openid-configuration' }
  })
  t.strictSame(schemes({}, { bearer: 'own', other: 'own' }), { session, bearer: 'own', other: 'own' })
  t.strictSame(places, [{ secure: false, host: '' }, { secure: true, host: 'app.test:8443' },
    { secure: false, host: '' }])
})

t.test('a federated domain is asked of the tenant that is named, or told unknown', async t => {
  const told: unknown[] = []
  const asked: unknown[] = []
  const context = {
    emit: (...all: unknown[]) => told.push(all),
    federatedDomains: { has: async (...all: unknown[]) => asked.push(all) > 0 }
  }
  const wrong = new ConfigurationError('domain', 'No domain.')
  const check = federatedDomainCheck(context as never, domain => {
    if (domain === 'wrong') throw wrong
    return `server of ${domain}` as never
  })
  t.equal(await check('a.test'), true)
  t.equal(await check('b.test', { domain: 'c' }), true)
  t.strictSame(asked, [['server of undefined', 'a.test'], ['server of c', 'b.test']])
  t.equal(await check('a.test', { domain: 'wrong' }), false)
  const event = { type: 'warning', outcome: 'failure', reason: 'federated_domain_unknown', blame: 'application' }
  t.strictSame(told, [[event, undefined, wrong]])
})
