import t from 'tap'
import { expressOpenidConnect } from '../../../lib/stores/import/express-openid-connect.js'
import { about, expressOidcCookies, joined, secret } from './peer-cookies.js'

t.test('sessions of express-openid-connect, member by member', async t => {
  const time = Math.floor(Date.now() / 1000)
  t.equal(expressOpenidConnect.cookie, 'appSession')
  const openOidc = async (session: object, now = time) => {
    const value = joined(await expressOidcCookies(session, { name: 'n', secrets: secret, absoluteDuration: 100 }))
    return expressOpenidConnect.open(value, about('n', now))
  }
  const idToken = `e30.${Buffer.from('{"sub":"s","sid":"of-token"}').toString('base64url')}.x`
  t.match(await openOidc({
    id_token: idToken,
    access_token: 'at',
    refresh_token: 'r',
    token_type: 'Bearer',
    expires_at: 5,
    sid: 'd',
    sessionExpiresAt: time + 50,
    cart: 1
  }), {
    claims: { sub: 's' },
    idToken,
    sid: 'd',
    ceiling: time + 50,
    refreshToken: 'r',
    custom: { cart: 1 },
    connectionTokenSets: [],
    tokenSets: [{
      accessToken: 'at',
      tokenType: 'Bearer',
      scope: 'configured',
      requestedScope: 'configured',
      expiresAt: 5,
      audience: 'aud'
    }]
  })
  const bare = await openOidc({ id_token: idToken, access_token: 'at' })
  t.match(bare, { sid: 'of-token', custom: {}, tokenSets: [{ expiresAt: 0 }] })
  t.strictSame((await openOidc({ id_token: idToken }))?.tokenSets, [])
  for (const broken of [{}, { id_token: '' }, { id_token: 'x' },
    { id_token: 'a.!.b' }]) t.equal(await openOidc(broken), undefined)
  t.ok(await openOidc({ id_token: idToken }, time + 90))
  t.equal(await openOidc({ id_token: idToken }, time + 110), undefined)
})
