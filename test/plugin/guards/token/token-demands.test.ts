import t from 'tap'
import { checkTokenDemands } from '../../../../lib/plugin/guards/token/token-demands.js'
import { acceptedBy } from '../../../../lib/plugin/guards/guard/traits.js'
import { anonymous, isSettled, requireToken } from '../../../../lib/plugin/guards/token/require-token.js'
import { toolScopes } from '../../../../lib/plugin/guards/token/tool-scopes.js'
import { errorOf } from '../../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('what a token guard demands', async t => {
  t.strictSame(checkTokenDemands(given({ scopes: 'a b', permissions: ['c'], audience: ['x', 'y'], actor: 'none' })),
    { scopes: ['a', 'b'], permissions: ['c'], audience: ['x', 'y'], actor: 'none' })
  t.strictSame(checkTokenDemands({ audience: 'a b' }), { audience: 'a b' }, 'one audience')
  t.strictSame([checkTokenDemands(given({ optional: true })), checkTokenDemands({})].map(anonymous), [[{}], []])
  for (const actor of ['required', () => true]) t.ok(checkTokenDemands(given({ actor })))
  for (const maxAge of [0, 315_360_000]) t.ok(checkTokenDemands({ maxAge }))
  const cases: [option: string, demands: unknown][] = [
    ['', undefined], ['', null], ['', 'read'], ['.scopes', { scopes: [] }], ['.scopes', { scopes: '' }],
    ['.scopes', { scopes: ['a', ''] }], ['.scopes', { scopes: ['a', 7] }], ['.scopes', { scopes: 7 }],
    ['.scopes', { scopes: undefined }], ['.audience', { audience: [] }], ['.audience', { audience: '' }],
    ['.audience', { audience: 'a', resource: '/b' }], ['.maxAge', { maxAge: -1 }], ['.maxAge', { maxAge: 315_360_001 }],
    ['.actor', { actor: 'some' }], ['.optional', { optional: 'yes' }], ['.scope', { scope: 'a' }]
  ]
  for (const [option, demands] of cases) {
    t.match(await errorOf(() => checkTokenDemands(given(demands))), { option: `requireToken${option}` },
      JSON.stringify(demands))
  }
})

t.test('which guards decide alike about a token, whatever else a request says', t => {
  const issuer = 'https://i/'
  for (const [config, demands, is] of [
    [{ issuer, api: {} }, {}, true], [{ issuer, api: { issuers: ['https://j/'] } }, { actor: 'none' }, true],
    [{ issuer: undefined, api: {} }, {}, false], [{ issuer, api: { issuers: () => [] } }, {}, false],
    [{ issuer, api: {} }, { actor: () => true }, false],
    [{ issuer: undefined, api: { issuers: () => [] } }, { actor: () => true }, false]
  ] as const) t.equal(isSettled(given(config), given(demands)), is, JSON.stringify([config, demands]))
  t.end()
})

t.test('what a guard for tokens says of itself', async t => {
  const bearer = { bearer: [] }
  const accepted = (demands: object) => acceptedBy([requireToken(demands)])
  t.strictSame(accepted({}), [bearer, { openIdConnect: [] }])
  t.strictSame(accepted({ optional: true, scopes: 'a b' }), [{}, bearer, { openIdConnect: ['a', 'b'] }])
  for (const [name, factory] of Object.entries({ requireToken, toolScopes })) {
    t.match(await errorOf(() => factory(given({ raw: {}, server: {} }))), { option: name })
  }
})
