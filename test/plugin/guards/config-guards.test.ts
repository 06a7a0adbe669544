import t from 'tap'
import { acceptedBy } from '../../../lib/plugin/guards/guard/traits.js'
import { configGuards } from '../../../lib/plugin/guards/config-guards.js'
import { errorOf } from '../../tokens/problem.js'

const given = (value: unknown) => value as never

t.test('the guards that a route declares', async t => {
  const count = (declared: unknown) => configGuards(given(declared), 'GET /x').length
  const cases: [declared: unknown, guards: number][] = [
    [false, 0], [{}, 0], [{ session: true }, 1], [{ session: false }, 0], [{ token: true }, 1], [{ token: {} }, 1],
    [{ token: false }, 0], [{ sessionOrToken: true }, 1], [{ sessionOrToken: { scopes: 'a' } }, 1],
    [{ sessionOrToken: false }, 0], [{ ownSession: true }, 1], [{ ownSession: false }, 0], [{ sameOrigin: true }, 1],
    [{ sameOrigin: false }, 0], [{ organization: 'org_1' }, 1], [{ claims: { a: 1 } }, 1], [{ permissions: 'a' }, 1],
    [{ permissions: ['a', 'b'] }, 1], [{ freshLogin: { maxAge: 1 } }, 1], [{ mfa: true }, 1], [{ mfa: false }, 0],
    [{ public: true }, 0], [{ touch: false }, 0], [{ onUnauthenticated: '401' }, 0],
    [{ session: true, mfa: true, ownSession: true }, 3], [{ public: false, session: true }, 1]
  ]
  for (const [declared, guards] of cases) t.equal(count(declared), guards, JSON.stringify(declared))
  const openId = (declared: unknown) =>
    acceptedBy(configGuards(given(declared), 'GET /x'))?.flatMap(({ openIdConnect }) => openIdConnect ?? [])
  for (const kind of ['token', 'sessionOrToken']) {
    t.strictSame([openId({ [kind]: true }), openId({ [kind]: { scopes: 'a' } })], [[], ['a']], 'what it demands')
  }
  const refused: [option: string, declared: unknown][] = [
    ['config.auth0', { token: true, session: true }], ['config.auth0', { token: true, sessionOrToken: true }],
    ['config.auth0', { sessionOrToken: true, session: true }], ['config.auth0.public', { public: true, mfa: true }],
    ['config.auth0.mfa', { mfa: 'yes' }], ['config.auth0.mfa', { mfa: undefined }],
    ...[true, null, [], 'session'].map((declared): [string, unknown] => ['config.auth0', declared]),
    ['requirePermissions', { permissions: [] }],
    ['requireFreshLogin', { freshLogin: {} }]
  ]
  for (const [option, declared] of refused) {
    t.match(await errorOf(() => configGuards(given(declared), 'GET /x')),
      { option, message: / The route GET \/x declares it\.$/, cause: { option } }, JSON.stringify(declared))
  }
})
