import t from 'tap'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { site } from '../site.js'
import {
  extraClaims, isSameOrganization, profileClaims, refreshedClaims, userInfoClaims, userOf, withExtraClaims
} from '../../../lib/flows/session/user-claims.js'

const MFA = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
const ROLES = 'https://acme.test/roles'
const LOGGED_IN = 1_795_000_000 - 500

const signed = {
  name: 'Ada',
  email_verified: false,
  org_id: 'org_A',
  org_name: 'a',
  auth_time: LOGGED_IN,
  amr: ['pwd'],
  acr: 'low',
  sid: 'sid-1',
  act: { sub: 'agent' },
  permissions: ['read'],
  'urn:auth0:my_org_current_user_permissions': ['read:my_org:members'],
  [ROLES]: ['user']
}
const told = {
  sub: 'auth0|ada',
  name: 'Eve',
  email_verified: true,
  org_id: 'org_B',
  org_name: 'b',
  org_role: 'owner',
  auth_time: 1_795_000_000,
  amr: ['pwd', 'mfa'],
  acr: MFA,
  sid: 'evil',
  act: { sub: 'nobody' },
  permissions: ['admin'],
  'urn:auth0:my_org_current_user_permissions': ['delete:my_org:members'],
  iss: 'https://evil.test/',
  session_expiry: 9e9,
  constructor: 'x',
  [ROLES]: ['admin'],
  picture: 'https://acme.test/ada.png',
  plan: 'gold'
}
const security = ['org_id', 'org_name', 'org_role', 'auth_time', 'amr', 'acr', 'act', 'permissions',
  'urn:auth0:my_org_current_user_permissions', ROLES] as const

for (const [kind, sessionStore] of [['cookies', undefined], ['a store', true]] as const) {
  for (const [claims, what] of [[signed, 'wins over'], [{}, 'is not supplied by']] as const) {
    t.test(`what the ID token says ${what} /userinfo, with ${kind}`, async t => {
      for (const how of ['fetchUserInfo', 'refreshUser'] as const) {
        const s = await site(t, {
          fetchUserInfo: how === 'fetchUserInfo',
          ...(sessionStore && { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) })
        }, {
          '/me': async request => await request.getSession(),
          '/refresh': async request => await request.auth0.refreshUser()
        })
        s.tenant.claims = claims
        s.tenant.scripts.set('GET /userinfo',
          () => ({ body: JSON.stringify(told).replace('{', '{"__proto__":{"x":1},') }))
        const ada = await s.member()
        if (how === 'refreshUser') t.equal((await ada.call('/refresh')).statusCode, 200)
        const { user, sid } = (await ada.call('/me')).json()
        for (const name of security) {
          if (name === ROLES && how === 'fetchUserInfo' && claims !== signed) continue
          t.strictSame(user[name], (claims as Record<string, unknown>)[name], `${how}: ${name}`)
        }
        t.equal(sid, 'sid-1', `${how}: sid`)
        t.equal(user.iss, undefined, how)
        t.equal(user.picture, 'https://acme.test/ada.png', `${how}: a standard claim that nobody has signed`)
        if (how === 'refreshUser') {
          t.equal(user.name, 'Eve', 'a standard claim is brought up to date')
          t.equal(user.plan, undefined, 'a claim of its own is not standard')
        } else {
          t.equal(user.plan, 'gold')
          if (claims === signed) t.strictSame([user.name, user.email_verified], ['Ada', false], 'the signed one wins')
        }
      }
    })
  }

  t.test(`a claim that a newer ID token lacks is gone; what others brought stays, with ${kind}`, async t => {
    const s = await site(t, {
      fetchUserInfo: true,
      beforeSessionSaved: (session, { reason }) =>
        reason === 'login' ? { ...session, user: { ...session.user, hooked: true } } : undefined,
      ...(sessionStore && { sessionStore: new MemorySessionStore({ now: () => s.clock.now }) })
    }, {
      '/me': async request => (await request.getSession())?.user,
      '/update': async request => (await request.auth0.updateSession({ user: { nickname: 'mine', own: 1 } })).user,
      '/renew': async request =>
        await request.auth0.getAccessToken({ refresh: true, ...request.query as { scope?: string } }),
      '/refresh': async request => await request.auth0.refreshUser()
    })
    const roles = { [ROLES]: ['admin'], permissions: ['write'], zoneinfo: 'Europe/London', nickname: 'ada' }
    const login = { amr: ['mfa'], acr: 'high', auth_time: LOGGED_IN, org_id: 'org_1' }
    s.tenant.scripts.set('GET /userinfo', () => ({ json: { sub: 'auth0|ada', locale: 'en', told: 1 } }))
    for (const how of ['/renew', '/refresh']) {
      s.tenant.claims = { ...roles, ...login }
      const ada = await s.member()
      await ada.call('/update')
      t.match((await ada.call('/me')).json(), { ...roles, ...login, nickname: 'mine', locale: 'en', hooked: true })
      s.tenant.claims = { org_id: 'org_1' }
      // A narrower answer says nothing of what was not asked for.
      s.tenant.scripts.set('refresh_token', () => ({ json: { ...s.tenant.tokens(), scope: 'openid' } }))
      t.equal((await ada.call('/renew')).statusCode, 200)
      t.match((await ada.call('/me')).json(), { zoneinfo: 'Europe/London', name: 'Ada' }, 'profile was not granted')
      s.tenant.scripts.set('refresh_token', () => ({ json: { ...s.tenant.tokens(), scope: 'openid profile email' } }))
      t.equal((await ada.call(how)).statusCode, 200, how)
      const user = (await ada.call('/me')).json()
      for (const name of [ROLES, 'permissions', 'zoneinfo']) t.notOk(name in user, `${how}: ${name} is gone`)
      t.match(user, { ...login, nickname: 'mine', own: 1, locale: 'en', told: 1, hooked: true, sub: 'auth0|ada' }, how)
      s.tenant.scripts.delete('refresh_token')
      s.tenant.claims = { org_id: 'org_1', nickname: 'newest', own: 2 }
      await ada.call('/renew')
      s.tenant.claims = { org_id: 'org_1' }
      await ada.call('/renew')
      t.notOk('own' in (await ada.call('/me')).json(), 'the ID token has brought it since, and brings it no more')
    }
  })

  t.test(`a refresh that says another organization, or none, ends the session, with ${kind}`, async t => {
    const s = await site(t, {
      ...(sessionStore && { sessionStore: new MemorySessionStore({ now: () => s.clock.now }) })
    }, {
      '/me': async request => (await request.getSession())?.user ?? 'nobody',
      '/renew': async request => await request.auth0.getAccessToken({ refresh: true })
    })
    for (
      const [before, after, lives] of [
        [{ org_id: 'org_1' }, { org_id: 'org_1' }, true],
        [{ org_id: 'org_1' }, { org_id: 'org_1', org_name: 'renamed' }, true],
        [{ org_id: 'org_1' }, { org_id: 'org_2' }, false],
        [{ org_id: 'org_1' }, { org_id: ['org_1'] }, false],
        [{ org_id: 'org_1' }, {}, false],
        [{ org_id: 'org_1', org_name: 'one' }, { org_name: 'one' }, false],
        [{ org_name: 'one' }, { org_name: 'two' }, false],
        [{}, { org_id: 'org_1' }, false],
        [{}, {}, true]
      ] as const
    ) {
      s.tenant.claims = before
      const ada = await s.member()
      const copy = ada.copy()
      s.tenant.claims = after
      const about = JSON.stringify([before, after])
      t.equal((await ada.call('/renew')).statusCode, lives ? 200 : 401, about)
      for (const browser of [ada, copy]) {
        t.equal((await browser.call('/me')).body === 'nobody', !lives, about)
      }
    }
  })
}

t.test('claims of the token and of the user', async t => {
  const protocol = ['iss', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'azp', 'at_hash', 'c_hash', 's_hash', 'jti', 'sid',
    'session_expiry']
  const all = Object.fromEntries([...protocol, 'sub', 'name'].map(name => [name, 1]))
  Object.defineProperty(all, '__proto__', { value: 1, enumerable: true })
  t.strictSame(userOf(all as never), { sub: 1, name: 1 } as never)
  const security = ['sub', 'auth_time', 'amr', 'acr', 'act', 'org_id', 'org_name', 'org_x', 'permissions',
    'urn:auth0:my_org_current_user_permissions']
  t.strictSame(userInfoClaims({ ...Object.fromEntries(security.map(name => [name, 1])), iss: 1, plan: 2 } as never),
    { plan: 2 })
  const scopes = {
    profile: ['name', 'family_name', 'given_name', 'middle_name', 'nickname', 'preferred_username', 'profile',
      'picture',
      'website', 'gender', 'birthdate', 'zoneinfo', 'locale', 'updated_at'],
    email: ['email', 'email_verified'],
    address: ['address'],
    phone: ['phone_number', 'phone_number_verified']
  }
  const fresh = { sub: 'x' } as never
  for (const [scope, names] of Object.entries(scopes)) {
    for (const name of names) {
      t.strictSame(profileClaims({ [name]: 1, plan: 2, sub: 'x' } as never), { [name]: 1 })
      const kept = (granted: string | undefined) =>
        name in refreshedClaims({ sub: 'x', [name]: 1 }, fresh, { extraClaims: [] } as never, granted)
      t.strictSame([kept('openid'), kept(`openid ${scope}`), kept(undefined)], [false, true, true], name)
    }
  }
  const refreshed = (user: object, extra: string[] | undefined, claims: object = fresh) =>
    refreshedClaims(user as never, claims as never, { extraClaims: extra } as never, undefined)
  t.strictSame(refreshed({ plan: 1 }, []), { plan: undefined, sub: 'x' })
  t.strictSame(refreshed({ plan: 1 }, ['plan']), { sub: 'x' })
  t.strictSame(refreshed({ plan: 1 }, undefined), { sub: 'x' })
  t.strictSame(refreshed({ amr: 1, plan: 1 }, [], { sub: 'x', plan: 2 }), { sub: 'x', plan: 2 })
  t.strictSame(extraClaims({ a: [1], b: 1, c: 1 }, { a: [1], b: 2 }), ['b', 'c'])
  const tokens = (extraClaims?: string[]) => ({ id: 'x', extraClaims }) as never
  const untouched = tokens(['a', 'b'])
  t.equal(withExtraClaims(untouched, { added: ['a'] }), untouched)
  t.strictSame(withExtraClaims(tokens(['a', 'b']), { gone: ['a'], added: ['c', 'b'] }), tokens(['b', 'c']))
  const unknown = tokens()
  t.equal(withExtraClaims(unknown, { added: ['a'] }), unknown)
  for (const [user, claims, same] of [
    [{}, {}, true], [{ org_name: 'a' }, { org_name: 'a' }, true], [{ org_name: 'a' }, { org_name: 'b' }, false],
    [{ org_id: 'a' }, { org_id: 'a', org_name: 'x' }, true], [{ org_id: 'a' }, {}, false], [{}, { org_id: 'a' }, false],
    [{ org_id: 'a', org_name: 'x' }, { org_name: 'x' }, false]
  ] as const) t.equal(isSameOrganization(user, claims), same, JSON.stringify([user, claims]))
})
