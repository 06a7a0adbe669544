import t from 'tap'
import type { Config } from '../../../../lib/flows/config.js'
import { checkAudience, isFixed, isForeign, resourceOf } from '../../../../lib/plugin/guards/token/resource.js'
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
