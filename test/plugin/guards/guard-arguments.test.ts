import t from 'tap'
import { beforeStart, factory, refuseUncalled } from '../../../lib/plugin/guards/factory.js'
import { PASS } from '../../../lib/plugin/guards/guard/guard.js'
import { requireClaims } from '../../../lib/plugin/guards/require-claims.js'
import { requireFreshLogin } from '../../../lib/plugin/guards/require-fresh-login.js'
import { requireOrganization } from '../../../lib/plugin/guards/require-organization.js'
import { requirePermissions } from '../../../lib/plugin/guards/require-permissions.js'
import { toolScopes } from '../../../lib/plugin/guards/token/tool-scopes.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('what guards take', async t => {
  for (const maxAge of [0, 1]) t.type(requireFreshLogin({ maxAge }), 'function')
  for (const options of [undefined, {}, { maxAge: -1 }, { maxAge: 0.5 }, { maxAge: '1' }, { maxAge: NaN }]) {
    t.match(await errorOf(() => requireFreshLogin(given(options))), { option: 'requireFreshLogin' },
      JSON.stringify(options))
  }
  for (const demand of ['org_1', () => 'org_1']) t.type(requireOrganization(given(demand)), 'function')
  for (const demand of [undefined, '', ' ', 7, {}]) {
    t.match(await errorOf(() => requireOrganization(given(demand))), { option: 'requireOrganization' })
  }
  for (const tools of [{}, { a: [] }, { a: 'x y', '*': ['z'] }]) t.type(toolScopes(given(tools)), 'function')
  for (const tools of [undefined, null, [], 'a']) {
    t.match(await errorOf(() => toolScopes(given(tools))), { option: 'toolScopes' })
  }
  for (const scopes of [undefined, 7, '', 'x  y', [''], ['x', 7], {}]) {
    t.match(await errorOf(() => toolScopes(given({ a: scopes }))), { option: 'toolScopes.a' }, JSON.stringify(scopes))
  }
  t.type(requirePermissions('a', 'b'), 'function')
  for (const names of [[], [''], ['a', ''], ['a', 7], [['a']]]) {
    t.match(await errorOf(() => requirePermissions(...given(names) as string[])), { option: 'requirePermissions' })
  }
  for (const value of ['a', 1, false, null, ['a', 1, true, null]]) {
    t.type(requireClaims({ a: given(value) }), 'function')
  }
  for (const demands of [undefined, null, 'a', [], {}, { a: [] }, { a: undefined }, { a: NaN }, { a: Infinity },
    { a: {} }, { a: [{}] }, { a: ['b', {}] }, { a: () => true }]) {
    t.match(await errorOf(() => requireClaims(given(demands))), { option: 'requireClaims' }, JSON.stringify(demands))
  }
})

t.test('a factory is called before the application starts, and by nobody but the application', async t => {
  const made: unknown[][] = []
  const make = factory('makes', (...args: unknown[]) => {
    made.push(args)
    return () => PASS
  })
  let started = false
  const early = beforeStart(make, () => started)
  const fine = [[], [undefined], [null], ['raw'], [{ raw: 1 }], [{ server: 1 }], [{}, { raw: 1, server: 1 }]]
  for (const args of fine) {
    t.type(early(...args), 'function')
    t.strictSame(made.splice(0), [args])
  }
  for (const called of [make, early]) {
    t.match(await errorOf(() => called({ raw: {}, server: {} })), { option: 'makes', message: /makes\(…\)/ })
    t.match(await errorOf(() => refuseUncalled(called)), { option: 'makes' })
  }
  for (const other of [undefined, 7, make(), () => {}]) t.doesNotThrow(() => refuseUncalled(other))
  started = true
  t.match(await errorOf(() => early()), { option: 'makes', message: /auth0.makes" must be called before/ })
  t.doesNotThrow(() => make())
})
