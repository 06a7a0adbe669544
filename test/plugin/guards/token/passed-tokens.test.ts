import t from 'tap'
import { clientCertificate } from '../../../../lib/plugin/guards/token/client-certificate.js'
import { PassedTokens } from '../../../../lib/plugin/guards/token/passed-tokens.js'
import { planOf } from '../../../../lib/plugin/guards/token/plan.js'
import { errorOf } from '../../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('until when a token passes each guard', t => {
  const [first, second, third] = [new PassedTokens(), new PassedTokens(), new PassedTokens()]
  const token = given({ passedBy: undefined, passedUntil: 0 }) as Parameters<PassedTokens['add']>[0]
  const until = () => [first, second, third].map(guard => guard.until(token))
  t.strictSame(until(), [0, 0, 0])
  first.add(token, 10)
  t.strictSame([until(), token.passedBy === first, token.passedUntil], [[10, 0, 0], true, 10])
  second.add(token, 5)
  t.strictSame([until(), token.passedBy === first], [[10, 5, 0], true], 'each for itself')
  first.add(token, 20)
  second.add(token, 6)
  t.strictSame(until(), [20, 6, 0])
  t.end()
})

t.test('the certificate of a client', t => {
  const request = given({ raw: { socket: { getPeerX509Certificate: () => 'of the connection' } } })
  t.equal(clientCertificate(given({}), request), 'of the connection')
  t.equal(clientCertificate(given({ mtls: (of: unknown) => of === request && 'of the proxy' }), request), 'of the ' +
    'proxy')
  t.equal(clientCertificate(given({}), given({ raw: { socket: {} } })), undefined, 'no TLS')
  t.equal(clientCertificate(given({}), given({ raw: {} })), undefined)
  t.end()
})

t.test('what a guard makes of the options', async t => {
  const resource = { audience: 'urn:a' }
  const context = given({ config: { api: { audience: 'urn:api' }, resources: new Map([['/a', resource]]) } })
  t.match(planOf(context, given({ resource: '/a', actor: () => true })), { context, resource, ordinary: undefined })
  t.match(await errorOf(() => planOf(context, given({ resource: '/b' }))), { option: 'requireToken.resource' })
})
