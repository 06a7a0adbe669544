import t from 'tap'
import { auth0Fastify } from '../../../lib/stores/import/auth0-fastify.js'
import { about, auth0ServerJsCookies, joined, secret } from './peer-cookies.js'

t.test('sessions of auth0-fastify, member by member', async t => {
  const time = Math.floor(Date.now() / 1000)
  const openServerJs = async (state: object, now = time, absoluteDuration = 100) => {
    const value = joined(await auth0ServerJsCookies(state, { name: 'n', secrets: secret, absoluteDuration }))
    return auth0Fastify.open(value, about('n', now))
  }
  const least = { user: { sub: 's' }, internal: { createdAt: time } }
  const set = { accessToken: 'at', expiresAt: 5, audience: 'default', scope: 'a' }
  const full = await openServerJs({
    ...least,
    internal: { createdAt: time, sid: 'd' },
    domain: 'dom',
    sessionExpiresAt: 9,
    refreshToken: 'r',
    idToken: 'i',
    cart: 1,
    tokenSets: [set, { accessToken: 'bt', audience: 'api' }, { audience: 'x' }, null],
    connectionTokenSets: [{ accessToken: 'ct', scope: 's', expiresAt: 7, connection: 'c', loginHint: 'h' },
      { accessToken: 'dt' }, {}]
  })
  t.strictSame([full?.tokenSets.length, full?.connectionTokenSets.length], [2, 2], 'without a token they are left out')
  t.match(full, {
    claims: { sub: 's' },
    createdAt: time,
    sid: 'd',
    domain: 'dom',
    ceiling: 9,
    refreshToken: 'r',
    idToken: 'i',
    custom: { cart: 1 },
    tokenSets: [
      { accessToken: 'at', tokenType: 'Bearer', scope: 'a', requestedScope: 'a', expiresAt: 5, audience: undefined },
      { accessToken: 'bt', scope: 'configured', requestedScope: 'configured', expiresAt: 0, audience: 'api' }
    ],
    connectionTokenSets: [{ accessToken: 'ct', scope: 's', expiresAt: 7, connection: 'c', loginHint: 'h' },
      { accessToken: 'dt', scope: '', expiresAt: 0, connection: '' }]
  })
  t.strictSame(JSON.parse(JSON.stringify(await openServerJs(least))), {
    claims: { sub: 's' },
    createdAt: time,
    custom: {},
    tokenSets: [],
    connectionTokenSets: []
  })
  for (const broken of [{ user: { sub: 's' } }, { internal: { createdAt: time } }, { ...least, user: 'x' }, {
    ...least,
    internal: {}
  }]) {
    t.equal(await openServerJs(broken).catch(() => undefined), undefined, JSON.stringify(broken))
  }
  t.ok(await openServerJs(least, time + 110), 'a little after its end')
  t.equal(await openServerJs(least, time + 130), undefined, 'over')
  t.equal(auth0Fastify.cookie, '__a0_session')
})
