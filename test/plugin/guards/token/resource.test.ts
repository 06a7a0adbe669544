import t from 'tap'
import type { Config } from '../../../../lib/flows/config.js'
import {
  audienceOf, checkAudience, isFixed, isForeign, metadataUrl, refuseForeign, resourceOf
} from '../../../../lib/plugin/guards/token/resource.js'
import { kRegistration } from '../../../../lib/plugin/request/registration.js'
import { errorOf } from '../../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('the resource and the audience that a guard is for', async t => {
  const one = { audience: 'https://a/mcp' }
  const config = (resources: [string, object][], audience?: string, own?: string) =>
    given({ api: { audience: own }, audience, resources: new Map(resources) }) as Config
  const single = config([['/mcp', one]])
  t.equal(resourceOf(single, given({})), one)
  t.equal(resourceOf(single, given({ audience: 'x' })), undefined)
  t.equal(resourceOf(config([['/mcp', one]], 'x'), given({})), undefined)
  t.equal(resourceOf(config([['/mcp', one]], undefined, 'x'), given({})), undefined)
  t.equal(resourceOf(config([]), given({})), undefined)
  const two = config([['/mcp', one], ['/other', {}]])
  t.equal(resourceOf(two, given({})), undefined)
  t.equal(resourceOf(two, given({ resource: '/mcp' })), one)
  t.match(await errorOf(() => resourceOf(two, given({ resource: '/mpc' }))),
    { option: 'requireToken.resource', message: /among "api.resources".*"\/mcp"/ })
  t.match(await errorOf(() => resourceOf(config([]), given({ resource: '/mcp' }))),
    { option: 'requireToken.resource', message: /must have it/ })
  for (const enough of [single, config([], 'x'), config([], undefined, 'x')]) {
    t.doesNotThrow(() => checkAudience(enough, given({})))
  }
  t.doesNotThrow(() => checkAudience(config([]), given({ audience: 'x' })))
  t.match(await errorOf(() => checkAudience(config([]), given({}))), { option: 'api.audience' })
  t.strictSame([undefined, one, {}].map(resource => isFixed(given(resource))), [true, true, false])
  const listed = given({ allowedOrigins: new Set(['https://a']) })
  const foreign = (resource: unknown, origin?: string) => isForeign(given(resource), given({ headers: { origin } }))
  t.strictSame([foreign(listed), foreign(listed, 'https://A'), foreign(listed, 'https://b'), foreign({}, 'https://b')],
    [false, false, true, false])
})

t.test('where an API or a resource describes itself, and whose tokens it takes', async t => {
  const config = (changes: object = {}) => given({
    appBases: [{ origin: 'https://a.test', basePath: '/b', secure: true }],
    prefix: '/p',
    routes: { protectedResource: '/metadata' },
    api: {},
    ...changes
  }) as Config
  const request = given({ headers: {}, host: 'a.test', protocol: 'https' }) as Parameters<typeof metadataUrl>[2]
  t.equal(metadataUrl(config(), undefined, request), 'https://a.test/b/p/metadata')
  t.equal(metadataUrl(config({ routes: {} }), undefined, request), undefined)
  const mcp = given({ path: '/mcp', audience: undefined }) as Parameters<typeof metadataUrl>[1]
  t.equal(metadataUrl(config({ routes: {} }), mcp, request), 'https://a.test/.well-known/oauth-protected-resource/mcp')
  const audience = (changes: object, demands: object, resource: unknown = undefined) =>
    audienceOf(config(changes), given(demands), given(resource), request)
  t.equal(audience({ audience: 'own', api: { audience: 'api' } }, { audience: 'guard' }), 'guard')
  t.equal(audience({ audience: 'own', api: { audience: 'api' } }, {}), 'api')
  t.equal(audience({ audience: 'own' }, {}), 'own')
  t.equal(audience({}, { audience: 'guard' }, { audience: 'resource' }), 'resource')
  t.strictSame(audience({}, {}, mcp), ['https://a.test/mcp'])
  t.match(await errorOf(() => audience({}, {})), { option: 'api.audience' })
})

t.test('how a page of a foreign origin is refused', async t => {
  const events: unknown[] = []
  const answer: Record<string, unknown> = {}
  const reply: Record<string, unknown> = { sent: true, raw: { writeHead () {} } }
  for (const name of ['code', 'type', 'header', 'serializer', 'send']) {
    reply[name] = (value: unknown, more?: unknown) => {
      answer[more === undefined ? name : String(value)] = more ?? value
      return reply
    }
  }
  const context = { emit: (event: object) => events.push(event) }
  await refuseForeign(given({ id: 'req-1', server: { [kRegistration]: { context } } }), given(reply))
  t.match(answer, { code: 403, 'cache-control': 'no-store', send: /"code":"foreign_origin"/ })
  t.match(events, [{ type: 'denied', outcome: 'failure', reason: 'foreign_origin', blame: 'user', requestId: 'req-1' }])
})
