import { createSecretKey, type KeyObject } from 'node:crypto'
import { fromSessionStore, MemoryRevocationStore, MemorySessionStore } from '../../lib/stores/index.js'
import t, { type Test } from 'tap'
import { Findings, inWorld, scenario, succeeds, type World, type WorldOptions } from './app.js'
import type { Visitor } from '../fixtures/visitor.js'
import { publicKeyAsSecret, rsaKey } from '../fixtures/jws.js'

const path = '/auth/backchannel-logout'
const event = 'http://schemas.openid.net/event/backchannel-logout'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

async function send (world: World, token: string) {
  return world.app.inject({
    method: 'POST',
    url: path,
    headers: { ...form, host: 'app.example.test' },
    payload: new URLSearchParams({ logout_token: token }).toString()
  })
}

/** A logged-in browser, its `sid` and its user. */
async function loggedIn (t: Test, world: World, sub?: string): Promise<{ browser: Visitor, sid: string, sub: string }> {
  const before = world.idp.user
  if (sub !== undefined) world.idp.user = { ...before, sub }
  const { browser } = await succeeds(t, world)
  world.idp.user = before
  const { session } = (await browser.call('/private')).json()
  world.advance(1)
  return { browser, sid: session.sid, sub: session.user.sub }
}

async function isLoggedIn (browser: Visitor): Promise<boolean> {
  return (await browser.call('/private')).statusCode === 200
}

scenario('BCL-01 a valid token with sid', async (t, world) => {
  const one = await loggedIn(t, world)
  const other = await loggedIn(t, world)
  const response = await send(world, world.idp.logoutToken({ sid: one.sid, sub: one.sub }))
  t.equal(response.statusCode, 200, response.body)
  t.match(response.headers['cache-control'], /no-store/)
  t.equal(await isLoggedIn(one.browser), false, 'the named session ends')
  t.equal(await isLoggedIn(other.browser), true, 'the other one stays')
  const again = await succeeds(t, world)
  t.equal(await isLoggedIn(again.browser), true, 'a later login lives')
})

scenario('BCL-02 a valid token with sub only', async (t, world) => {
  const mine = [await loggedIn(t, world), await loggedIn(t, world), await loggedIn(t, world)]
  const other = await loggedIn(t, world, 'auth0|somebody-else')
  t.equal((await send(world, world.idp.logoutToken({ sub: mine[0]?.sub }))).statusCode, 200)
  for (const { browser } of mine) t.equal(await isLoggedIn(browser), false)
  t.equal(await isLoggedIn(other.browser), true, 'another user stays')
})

scenario('BCL-03 sid and sub name different users', async (t, world) => {
  const a = await loggedIn(t, world)
  const b = await loggedIn(t, world, 'auth0|somebody-else')
  const response = await send(world, world.idp.logoutToken({ sid: a.sid, sub: b.sub }))
  t.ok([200, 400].includes(response.statusCode), `${response.statusCode}`)
  t.equal(await isLoggedIn(a.browser), true, 'only a session that matches both would end')
  t.equal(await isLoggedIn(b.browser), true)
})

type Parts = { header?: Record<string, unknown>, key?: KeyObject, sign?: (input: string) => Uint8Array }

/** Tokens that must all be refused while the session stays. */
function denies (name: string,
  variants: Record<string,
    { claims?: Record<string, unknown>, parts?: Parts, token?: (world: World, sid: string) => string }>,
  options: WorldOptions = {}): void {
  scenario(name, async (t, world) => {
    const { browser, sid, sub } = await loggedIn(t, world)
    for (const [variant, { claims = {}, parts = {}, token }] of Object.entries(variants)) {
      const findings = new Findings()
      const all: Record<string, unknown> = { sid, sub, ...claims }
      for (const claim of Object.keys(all)) if (all[claim] === undefined) delete all[claim]
      const logoutToken = token
        ? token(world, sid)
        : world.idp.logoutToken({
          ...all,
          ...Object.fromEntries(Object.entries(claims).filter(([, value]) => value === undefined))
        }, parts)
      const events = world.events.length
      const response = await send(world, logoutToken)
      findings.same(response.statusCode, 400, 'status')
      findings.check(/application\/json/.test(String(response.headers['content-type'])), 'no JSON')
      findings.check(/no-store/.test(String(response.headers['cache-control'])), 'may be cached')
      findings.same((JSON.parse(response.body || '{}') as { error?: string }).error, 'invalid_request', 'error')
      findings.check(response.body.length < 200 && !/claim|expired|issuer|audience|signature/i.test(response.body),
        `detail in the answer: ${response.body}`)
      findings.same(world.leaks(response.body), [], 'secrets in the answer')
      findings.same(world.events.slice(events).map(({ type, outcome }) => `${type} ${outcome}`), [
        'backchannel_logout failure'
      ], 'events')
      findings.check(await isLoggedIn(browser), 'the session ended')
      t.strictSame(findings.problems, [], `${variant}: refused`)
    }
    t.equal((await send(world, world.idp.logoutToken({ sid, sub }))).statusCode, 200, 'control: a correct token')
    t.equal(await isLoggedIn(browser), false)
  }, options)
}

denies('BCL-05 alg none', {
  none: { parts: { header: { alg: 'none' }, sign: () => new Uint8Array() } },
  'none in capitals': { parts: { header: { alg: 'NONE' }, sign: () => new Uint8Array() } },
  'none with a signature': { parts: { header: { alg: 'none' } } },
  'no signature': { parts: { sign: () => new Uint8Array() } }
})

denies('BCL-06 signed by another key', {
  'another key': { parts: { key: rsaKey('key-2').privateKey } },
  'another key with its kid': { parts: { key: rsaKey('key-2').privateKey, header: { kid: 'key-2' } } },
  'a key in the header': {
    parts: { key: rsaKey('key-2').privateKey, header: { kid: undefined, jwk: rsaKey('key-2').jwk } }
  },
  'HS256 with the client secret': {
    parts: { header: { alg: 'HS256' }, key: createSecretKey(Buffer.from('client-secret-canary-3d1f0a')) }
  },
  ...Object.fromEntries(
    Object.entries(publicKeyAsSecret(rsaKey('key-1'))).map((
      [name, secret]
    ) => [`HS256 with the public key as ${name}`, {
      parts: { header: { alg: 'HS256' }, key: createSecretKey(secret) }
    }])
  ),
  RS512: { parts: { header: { alg: 'RS512' } } }
})

denies('BCL-07 iss', {
  other: { claims: { iss: 'https://other.auth0.test/' } },
  missing: { claims: { iss: undefined } },
  'without slash': { claims: { iss: 'https://tenant.auth0.test' } },
  array: { claims: { iss: ['https://tenant.auth0.test/'] } }
})

denies('BCL-08 aud', {
  other: { claims: { aud: 'other-client' } },
  missing: { claims: { aud: undefined } },
  'empty array': { claims: { aud: [] } },
  substring: { claims: { aud: 'hostile-client-2' } }
})

scenario('BCL-08 aud with ours and another one is accepted', async (t, world) => {
  const { browser, sid } = await loggedIn(t, world)
  t.equal((await send(world, world.idp.logoutToken({ sid, aud: ['hostile-client', 'other'] }))).statusCode, 200)
  t.equal(await isLoggedIn(browser), false)
})

const now = 1_795_000_001
denies('BCL-09 iat', {
  missing: { claims: { iat: undefined } },
  'one hour ahead': { claims: { iat: now + 3600, exp: now + 3700 } },
  'one day old': { claims: { iat: now - 86_400 } },
  string: { claims: { iat: String(now) } }
})

denies('BCL-10 exp', {
  missing: { claims: { exp: undefined } },
  passed: { claims: { iat: now - 200, exp: now - 60 } },
  'ten years ahead': { claims: { exp: now + 10 * 365 * 86_400 } },
  string: { claims: { exp: String(now + 100) } },
  milliseconds: { claims: { exp: (now + 100) * 1000 } }
})

denies('BCL-11 neither sub nor sid', {
  neither: { claims: { sub: undefined, sid: undefined } },
  'empty ones': { claims: { sub: '', sid: '' } },
  'sid a number': { claims: { sid: 7 } },
  'sub a number': { claims: { sub: 7 } },
  'sid an array': { claims: { sid: ['x'] } },
  'sid null': { claims: { sid: null } }
})

denies('BCL-13 events missing', {
  missing: { claims: { events: undefined } },
  null: { claims: { events: null } },
  string: { claims: { events: event } },
  array: { claims: { events: [event] } },
  'value null': { claims: { events: { [event]: null } } },
  'value array': { claims: { events: { [event]: [] } } },
  'value true': { claims: { events: { [event]: true } } }
})

denies('BCL-14 events with another member only', {
  other: { claims: { events: { 'http://schemas.openid.net/event/frontchannel-logout': {} } } },
  prefix: { claims: { events: { 'http://schemas.openid.net/event/backchannel': {} } } },
  'with a slash': { claims: { events: { [`${event}/`]: {} } } },
  'other case': { claims: { events: { [event.toUpperCase()]: {} } } },
  empty: { claims: { events: {} } }
})

denies('BCL-16 a nonce', {
  text: { claims: { nonce: 'x' } },
  empty: { claims: { nonce: '' } },
  null: { claims: { nonce: null } }
})

denies('BCL-17 jti missing', {
  missing: { claims: { jti: undefined } },
  empty: { claims: { jti: '' } },
  number: { claims: { jti: 5 } }
})

scenario('BCL-18 the same jti again', async (t, world) => {
  const first = await loggedIn(t, world)
  const token = world.idp.logoutToken({ sub: first.sub, jti: 'the-same-jti' })
  t.equal((await send(world, token)).statusCode, 200)
  world.advance(5)
  const later = await loggedIn(t, world)
  const again = await send(world, token)
  t.ok([200, 400].includes(again.statusCode))
  t.equal(await isLoggedIn(later.browser), true, 'no effect')
  const forged = await send(world, world.idp.logoutToken({ sub: first.sub, jti: 'the-same-jti' }))
  t.ok([200, 400].includes(forged.statusCode))
  t.equal(await isLoggedIn(later.browser), true, 'a jti is good once')
})

denies('BCL-20 typ of another class of JWT', {
  'at+jwt': { parts: { header: { typ: 'at+jwt' } } },
  'dpop+jwt': { parts: { header: { typ: 'dpop+jwt' } } },
  'token-introspection+jwt': { parts: { header: { typ: 'token-introspection+jwt' } } },
  array: { parts: { header: { typ: ['logout+jwt'] } } }
})

denies('BCL-22 a plain ID token sent as a logout token', {
  'an ID token': { token: (world, sid) => world.idp.defectiveIdToken({ sub: 'auth0|x', sid, nonce: 'n' }) as string },
  'an ID token without nonce': {
    token: (world, sid) => world.idp.defectiveIdToken({ sub: 'auth0|x', sid, jti: 'j' }) as string
  },
  'an access token': { token: (world, sid) => world.idp.apiToken({ aud: 'hostile-client', sid, jti: 'j' }) }
})

scenario('bodies that are not one logout token', async (t, world) => {
  const { browser, sid } = await loggedIn(t, world)
  const token = world.idp.logoutToken({ sid })
  const encoded = new URLSearchParams({ logout_token: token }).toString()
  const cases: [string, Record<string, string>, string, number[]][] = [
    ['twice', form, `${encoded}&${encoded}`, [400]],
    ['missing', form, 'x=1', [400]],
    ['empty', form, 'logout_token=', [400]],
    ['an array', { 'content-type': 'application/json' }, JSON.stringify({ logout_token: [token] }), [400]],
    ['an object', { 'content-type': 'application/json' }, JSON.stringify({ logout_token: { token } }), [400]],
    ['cut JSON', { 'content-type': 'application/json' }, '{"logout_token":', [400]],
    ['JSON null', { 'content-type': 'application/json' }, 'null', [400]],
    ['a prototype key', { 'content-type': 'application/json' },
      `{"__proto__":{"logout_token":${JSON.stringify(token)}}}`, [400]],
    ['the token itself', { 'content-type': 'application/jwt' }, token, [415]],
    ['a tab in the type', { 'content-type': 'application/x-www-form-urlencoded\ta' }, encoded, [415]],
    ['text', { 'content-type': 'text/plain' }, encoded, [415]],
    ['2 MB', form, `${encoded}&x=${'x'.repeat(2_000_000)}`, [413]]
  ]
  for (const [what, headers, payload, statuses] of cases) {
    const response = await world.app.inject({
      method: 'POST',
      url: path,
      headers: { ...headers, host: 'app.example.test' },
      payload
    })
    t.ok(statuses.includes(response.statusCode), `${what}: ${response.statusCode} ${response.body.slice(0, 100)}`)
    if (what === 'missing') {
      t.strictSame(response.json(),
        { error: 'invalid_request', error_description: 'The logout token was refused.' })
    }
    t.equal(await isLoggedIn(browser), true, what)
  }
  for (const [method, url] of [['GET', `${path}?${encoded}`], ['POST', `${path}?${encoded}`]] as const) {
    const response = await world.app.inject({ method, url, headers: { host: 'app.example.test' } })
    t.ok([400, 404, 415].includes(response.statusCode), `${method}: ${response.statusCode}`)
    // a GET has no route here and is logged by Fastify itself, whole
    if (method === 'GET') {
      world.logLines.splice(0, world.logLines.length, ...world.logLines.filter(line =>
        !line.includes('backchannel-logout?')
      ))
    }
  }
  t.equal(await isLoggedIn(browser), true)
  const json = await world.app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', host: 'app.example.test' },
    payload: JSON.stringify({ logout_token: token })
  })
  t.equal(json.statusCode, 200, 'control: JSON is taken, too')
  t.equal(await isLoggedIn(browser), false)
})

scenario('BCL-26 no such session', async (t, world) => {
  t.equal((await send(world, world.idp.logoutToken({ sid: 'nobody' }))).statusCode, 200)
  t.equal((await send(world, world.idp.logoutToken({ sub: 'auth0|nobody' }))).statusCode, 200)
})

t.test('BCL-27 the store is down', async t => {
  const inner = new MemoryRevocationStore({ now: () => now })
  let down = true
  const revocationStore = {
    revoke: async (...args: Parameters<MemoryRevocationStore['revoke']>) => {
      if (down) throw new Error('ECONNREFUSED store')
      inner.revoke(...args)
    },
    revokedAt: async (...args: Parameters<MemoryRevocationStore['revokedAt']>) => inner.revokedAt(...args)
  }
  await inWorld(t, { plugin: { revocationStore } }, async world => {
    const { sid } = await loggedIn(t, world)
    const token = world.idp.logoutToken({ sid })
    const response = await send(world, token)
    t.ok([400, 503].includes(response.statusCode), `not 200, so that Auth0 can see it: ${response.statusCode}`)
    t.equal(response.statusCode, 503)
    t.strictSame(response.json(), {
      error: 'temporarily_unavailable',
      error_description: 'The logout could not be carried out. Please send it again.'
    })
    down = false
    world.advance(5)
    t.equal((await send(world, token)).statusCode, 200, 'the same token again is safe, and works')
    const { issuer: iss, clientId } = world.idp
    t.not(inner.revokedAt({ id: 'x', iss, sub: 'x', sid, clientId }), undefined)
    t.equal(inner.revokedAt({ id: 'x', iss, sub: 'x', sid, clientId: 'another' }), undefined)
  })
})

t.test('BCL-27 a bridged store cannot tell whose sessions it has', async t => {
  const kept = new Map<string, unknown>()
  const sessionStore = fromSessionStore({
    get: (id, callback) => callback(null, kept.get(id)),
    set: (id, session, callback) => {
      kept.set(id, session)
      callback()
    },
    destroy: (id, callback) => {
      kept.delete(id)
      callback()
    },
    all: callback => callback(null, [...kept.keys()].map(sid => ({ sid, expire: 1 })))
  }, { now: () => now })
  await inWorld(t, { plugin: { sessionStore } }, async world => {
    const { browser, sid } = await loggedIn(t, world)
    t.equal((await send(world, world.idp.logoutToken({ sid }))).statusCode, 500)
    t.ok(world.logLines.some(line => line.includes('answered \\"all\\" with an item that is no session')), 'the cause')
    await t.rejects(world.app.auth0.revokeSessions({ sub: 'auth0|ada' }), { code: 'configuration_error' })
    t.equal(await isLoggedIn(browser), true)
  })
})

scenario('BCL-28 a thousand forged tokens a second', async (t, world) => {
  const { browser } = await loggedIn(t, world)
  const keys = world.idp.count('jwks')
  const forged = world.idp.logoutToken({ sub: 'x' }).split('.')
  const statuses = new Set<number>()
  for (let i = 0; i < 300; i++) {
    world.advance(0.001)
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'logout+jwt', kid: `forged-${i}` })).toString(
      'base64url'
    )
    statuses.add((await send(world, [header, forged[1], forged[2]].join('.'))).statusCode)
  }
  t.strictSame([...statuses], [400])
  t.ok(world.idp.count('jwks') - keys <= 2, 'the tenant is not asked for each')
  t.equal(await isLoggedIn(browser), true)
})

for (const first of ['the logout token', 'the callback']) {
  scenario(`BCL-29 a logout token while the callback of the same sid is in flight: ${first} is done first`,
    async (t, world) => {
      await succeeds(t, world)
      world.advance(10)
      const browser = world.browser()
      const callbackPath = world.back(await world.start(browser))
      const sid = 'the-sid-in-flight'
      const defects = { idToken: { payload: (correct: Record<string, unknown>) => ({ ...correct, sid }) } }
      if (first === 'the callback') {
        const response = await world.during(defects, () =>
          browser.navigate(callbackPath, { 'sec-fetch-site': 'cross-site' }))
        t.equal(response.statusCode, 302)
        t.equal((await send(world, world.idp.logoutToken({ sid }))).statusCode, 200)
      } else {
        await world.during({
          ...defects,
          answers: {
            token: async correct => {
              // the ID token is made; before it arrives, the tenant ends its session
              world.advance(1)
              t.equal((await send(world, world.idp.logoutToken({ sid }))).statusCode, 200)
              world.advance(1)
              return correct
            }
          }
        }, () => browser.navigate(callbackPath, { 'sec-fetch-site': 'cross-site' }))
      }
      t.equal(await isLoggedIn(browser), false, 'no live session with that sid')
    })
}

t.test('a list of revocations in memory is told of in production, once', async t => {
  const env = t.intercept(process, 'env', { value: { ...process.env, NODE_ENV: 'production' } })
  for (const [plugin, warnings] of [[{}, 1], [{ revocationStore: new MemoryRevocationStore() }, 0]] as const) {
    await inWorld(t, { plugin }, async world => {
      for (const sid of ['one', 'two']) t.equal((await send(world, world.idp.logoutToken({ sid }))).statusCode, 200)
      t.equal(world.events.filter(({ reason }) => reason === 'revocations_in_memory').length, warnings)
    })
  }
  env.restore()
})

for (const kind of ['cookies', 'a store'] as const) {
  for (const skew of [-20, 0, 20]) {
    t.test(`H3 a server whose clock is off by ${skew} s revokes beside a login; sessions in ${kind}`, async t => {
      const list = new MemoryRevocationStore({ now: () => clock.now })
      const revocationStore = {
        revoke: async (...args: Parameters<typeof list.revoke>) => list.revoke(...args),
        revokedAt: async (...args: Parameters<typeof list.revokedAt>) => list.revokedAt(...args)
      }
      let beforeSaved = async (): Promise<undefined> => {}
      const clock = { now: 0 }
      const plugin = {
        revocationStore,
        ...(kind === 'a store' && { sessionStore: new MemorySessionStore({ now: () => clock.now }) })
      }
      const options = { ...plugin, now: () => clock.now, beforeSessionSaved: async () => await beforeSaved() }
      await inWorld(t, { plugin: options }, async here => {
        clock.now = here.clock.now
        await inWorld(t, { plugin: { ...plugin, now: () => clock.now + skew } }, async elsewhere => {
          const sub = String(here.idp.user.sub)
          const revoke = async (): Promise<undefined> => {
            await elsewhere.app.auth0.revokeSessions({ sub })
          }
          const one = (await succeeds(t, here)).browser
          t.equal(await isLoggedIn(one), true)
          await revoke()
          t.equal(await isLoggedIn(one), false, 'a session of before')
          // By the clock here, which may be behind.
          clock.now += Math.max(0, skew) + 1
          const two = (await succeeds(t, here)).browser
          t.equal(await isLoggedIn(two), true, 'a later login lives')
          clock.now += 60
          beforeSaved = revoke
          const three = here.browser()
          await three.navigate(here.back(await here.start(three)), { 'sec-fetch-site': 'cross-site' })
          t.equal(await isLoggedIn(three), false, 'a login that is on its way')
        })
      })
    })
  }
}
