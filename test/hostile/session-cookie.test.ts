import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import t from 'tap'
import { encodeRecord } from '../../lib/stores/stateless/claims-cookie.js'
import { MemorySessionStore } from '../../lib/stores/index.js'
import { createSealer } from '../../lib/stores/sealing/seal.js'
import type { SessionStore } from '../../types/index.js'
import { leastCpuTime } from '../cpu-time.js'
import {
  assertNoSession, inWorld, isSessionCookie, isTransactionCookie, markOf, scenario, sessionCookiesSet, sessionSecret,
  succeeds, World, type WorldOptions
} from './app.js'
import { setCookies, type Visitor } from '../fixtures/visitor.js'
import { changed } from './idp.js'
import { rawRequest } from './sockets.js'

const thorough = process.env.HOSTILE_FULL === '1'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const isClaims = (name: string) => isSessionCookie(name) && !/_[ts](\.\d)?$/.test(name)
const isTokens = (name: string) => isSessionCookie(name) && /_t(\.\d)?$/.test(name)

/** The names of the claims and the tokens cookie. */
function namesOf (browser: Visitor): { claims: string, tokens: string } {
  return {
    claims: browser.names().find(isClaims) ?? '',
    tokens: (browser.names().find(isTokens) ?? '').replace(/\.\d$/, '')
  }
}

function valueOf (browser: Visitor, name: string): string {
  return browser.cookie(one => one === name) ?? ''
}

/** Asks the guard with this cookie header alone. */
async function ask (world: World, cookie: string, url = '/private') {
  return world.app.inject({ url, headers: { host: 'app.example.test', accept: 'application/json', cookie } })
}

scenario('SES-01 any single byte of the claims cookie is changed', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims } = namesOf(browser)
  const value = valueOf(browser, claims)
  const tokens = browser.cookies.filter(({ name }) => name !== claims).map(({ name, value }) => `${name}=${value}`)
    .join('; ')
  let accepted = 0
  for (let at = 0; at < value.length; at++) {
    const other = value[at] === '.' ? 'A' : alphabet[(alphabet.indexOf(value[at] ?? '') + 1 + at % 62) % 64]
    for (
      const mutated of [value.slice(0, at) + other + value.slice(at + 1), ...(at % 16 === 0
        ? [value.slice(0, at) + value.slice(at + 1), value.slice(0, at) + '%' + value.slice(at), value.slice(0, at)]
        : [])]
    ) {
      if (mutated === '') continue
      const response = await ask(world, `${claims}=${mutated}; ${tokens}`)
      if (response.statusCode !== 401) {
        accepted++
        t.fail(`position ${at}: ${response.statusCode}`)
      }
      if (setCookies(response).length > 0) t.fail(`position ${at}: not left alone`)
    }
  }
  t.equal(accepted, 0, `none of ${value.length} positions is accepted`)
  t.equal((await browser.call('/private')).statusCode, 200, 'control: the unchanged cookie')
})

scenario('SES-01 any single byte of the tokens cookie is changed', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims, tokens } = namesOf(browser)
  const value = valueOf(browser, tokens)
  const session = `${claims}=${valueOf(browser, claims)}`
  for (let at = 0; at < value.length; at += 3) {
    const other = value[at] === '.' ? 'A' : alphabet[(alphabet.indexOf(value[at] ?? '') + 7) % 64]
    const response = await ask(world, `${session}; ${tokens}=${value.slice(0, at)}${other}${value.slice(at + 1)}`,
      '/token')
    if (response.statusCode !== 401) t.fail(`position ${at}: ${response.statusCode} ${response.body}`)
  }
  t.equal((await ask(world, `${session}; ${tokens}=${value}`, '/token')).statusCode, 200, 'control')
})

scenario('SES-01 any single byte of the transaction cookie is changed', async (t, world) => {
  const browser = world.browser()
  const path = world.back(await world.start(browser))
  const cookie = browser.cookies.find(({ name }) => isTransactionCookie(name))
  const value = cookie?.value ?? ''
  for (let at = 0; at < value.length; at += 5) {
    const other = value[at] === '.' ? 'A' : alphabet[(alphabet.indexOf(value[at] ?? '') + 7) % 64]
    const response = await ask(world, `${cookie?.name}=${value.slice(0, at)}${other}${value.slice(at + 1)}`, path)
    if (response.statusCode !== 400) t.fail(`position ${at}: ${response.statusCode}`)
  }
  t.equal(world.idp.count('token'), 0)
  t.ok(sessionCookiesSet(await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })).length > 0, 'control')
})

/** A login whose tokens need chunks. */
async function chunked (world: World, browser: Visitor, seed: number): Promise<string> {
  // not base64url, so that it is not packed
  const accessToken = Array.from({ length: 4200 }, (_, i) => `${alphabet}~!`[(i * seed + (i >> 3)) % 66]).join('')
  await world.during({
    answers: {
      token: correct =>
        changed(correct, { access_token: accessToken, id_token: JSON.parse(correct.body as string).id_token })
    },
    idToken: { payload: ({ at_hash: _, ...rest }) => rest }
  }, () => world.login(browser))
  return accessToken
}

scenario('SES-03 chunks swapped, missing, repeated, and of odd names', async (t, world) => {
  const browser = world.browser()
  const accessToken = await chunked(world, browser, 5)
  const { claims, tokens } = namesOf(browser)
  const session = `${claims}=${valueOf(browser, claims)}`
  const chunk = (at: number | string) => valueOf(browser, `${tokens}.${at}`)
  t.ok(chunk(0) !== '' && chunk(1) !== '', 'the tokens are in chunks')
  const good = await ask(world, `${session}; ${tokens}.0=${chunk(0)}; ${tokens}.1=${chunk(1)}`, '/token')
  t.equal(good.json().mark, markOf(accessToken), 'control')
  const variants: Record<string, string> = {
    swapped: `${tokens}.0=${chunk(1)}; ${tokens}.1=${chunk(0)}`,
    'first missing': `${tokens}.1=${chunk(1)}`,
    'second missing': `${tokens}.0=${chunk(0)}`,
    repeated: `${tokens}.0=${chunk(0)}; ${tokens}.1=${chunk(0)}`,
    '.00': `${tokens}.00=${chunk(0)}; ${tokens}.01=${chunk(1)}`,
    '.1e0': `${tokens}.0=${chunk(0)}; ${tokens}.1e0=${chunk(1)}`,
    '.-1': `${tokens}.-1=${chunk(0)}; ${tokens}.0=${chunk(1)}`,
    '.999999999': `${tokens}.0=999999999.${chunk(0).slice(2)}; ${tokens}.1=${chunk(1)}; ${tokens}.999999999=x`,
    'a count of 9': `${tokens}.0=9${chunk(0).slice(1)}; ${tokens}.1=${chunk(1)}`,
    'a count of 0': `${tokens}.0=0${chunk(0).slice(1)}; ${tokens}.1=${chunk(1)}`,
    'a count of -2': `${tokens}.0=-${chunk(0)}; ${tokens}.1=${chunk(1)}`,
    'a count of 1e9': `${tokens}.0=1e9${chunk(0).slice(1)}; ${tokens}.1=${chunk(1)}`
  }
  for (const [variant, cookies] of Object.entries(variants)) {
    const took = await leastCpuTime(async () => {
      const response = await ask(world, `${session}; ${cookies}`, '/token')
      t.ok(response.statusCode === 401 || response.json().mark === markOf(accessToken),
        `${variant}: ${response.statusCode}`)
    })
    t.ok(took < 100, `${variant}: ${took} ms`)
  }
  const extra = await ask(world,
    `${session}; ${tokens}.0=${chunk(0)}; ${tokens}.1=${chunk(1)}; ${tokens}.2=extra; ${tokens}.8=extra`, '/token')
  t.ok(extra.statusCode === 401 || extra.json().mark === markOf(accessToken), 'an extra chunk')
})

scenario('SES-03 chunks of two sessions are never joined', async (t, world) => {
  const a = world.browser()
  const b = world.browser()
  const tokenA = await chunked(world, a, 5)
  const tokenB = await chunked(world, b, 11)
  const { claims, tokens } = namesOf(a)
  for (const [first, second] of [[a, b], [b, a]] as const) {
    for (const [owner, own] of [[a, tokenA], [b, tokenB]] as const) {
      const response = await ask(world,
        `${claims}=${valueOf(owner, claims)}; ${tokens}.0=${valueOf(first, `${tokens}.0`)}; ${tokens}.1=${
          valueOf(second, `${tokens}.1`)
        }`, '/token')
      t.ok(response.statusCode === 401 || response.json().mark === markOf(own), `${response.statusCode}`)
    }
  }
})

scenario('SES-04 cookies whose names share a prefix are never joined', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims, tokens } = namesOf(browser)
  const value = valueOf(browser, claims)
  for (
    const name of [`${claims}x`, `${claims}.0`, `${claims}_x`, `${claims}_x.0`, `x${claims}`, claims.slice(0, -1),
      claims.toUpperCase(), `${claims}%20`]
  ) {
    t.equal((await ask(world, `${name}=${value}`)).statusCode, 401, name)
  }
  const good = await ask(world,
    `${claims}_x=garbage; ${claims}.0=garbage; ${tokens}_x.0=garbage; x${claims}=garbage; ${claims}=${value}`)
  t.equal(good.statusCode, 200, 'strangers do not disturb the right one')
})

scenario('a claims cookie of session A with the tokens cookie of session B: the tokens are absent',
  async (t, world) => {
    const a = (await succeeds(t, world)).browser
    const b = (await succeeds(t, world)).browser
    const { claims, tokens } = namesOf(a)
    t.equal((await ask(world, `${claims}=${valueOf(a, claims)}; ${tokens}=${valueOf(a, tokens)}`, '/token')).statusCode,
      200, 'control')
    const calls = world.idp.count('token')
    const mixed = await ask(world, `${claims}=${valueOf(a, claims)}; ${tokens}=${valueOf(b, tokens)}`, '/token')
    t.equal(mixed.statusCode, 401)
    t.equal(mixed.json().code, 'missing_refresh_token')
    t.equal(world.idp.count('token'), calls, "the other one's refresh token is not spent")
    t.strictSame(sessionCookiesSet(mixed), [])
  })

scenario('a claims cookie in the place of the tokens cookie and the other way round', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims, tokens } = namesOf(browser)
  t.equal((await ask(world, `${claims}=${valueOf(browser, tokens)}; ${tokens}=${valueOf(browser, claims)}`)).statusCode,
    401)
  t.equal(
    (await ask(world, `${claims}=${valueOf(browser, claims)}; ${tokens}=${valueOf(browser, claims)}`, '/token'))
      .statusCode,
    401
  )
})

for (
  const [variant, options] of Object.entries({
    'another client': { idp: { clientId: 'another-client' } },
    'another cookie name': { plugin: { sessionConfiguration: { cookie: { name: 'other-name' } } } },
    'another tenant': { idp: { issuer: 'https://other.auth0.test/' } }
  })
) {
  scenario(`SES-05 the cookie of an app with the same secret and ${variant}`, async (t, world) => {
    const theirs = (await succeeds(t, world)).browser
    const value = valueOf(theirs, namesOf(theirs).claims)
    await inWorld(t, options, async other => {
      const { browser } = await succeeds(t, other)
      const claims = browser.names().find(name => isClaims(name) || name === 'other-name') ?? ''
      t.not(claims, '')
      for (const name of new Set([claims, namesOf(theirs).claims])) {
        t.equal((await ask(other, `${name}=${value}`)).statusCode, 401, name)
      }
    })
  })
}

scenario('SES-06 a session copied to another browser is accepted (a bearer)', async (t, world) => {
  const { browser } = await succeeds(t, world)
  t.equal((await browser.copy().call('/private')).statusCode, 200)
})

t.test('SES-08 a cookie made with a removed secret', async t => {
  const [old, fresh] = ['old-secret-0123456789abcdef0123456789', 'new-secret-0123456789abcdef0123456789']
  await inWorld(t, { plugin: { sessionSecret: [old] } }, async world => {
    const { browser } = await succeeds(t, world)
    const cookie = browser.cookieHeader('/')
    await inWorld(t, { plugin: { sessionSecret: [fresh, old] } }, async rotated => {
      t.equal((await ask(rotated, cookie)).statusCode, 200, 'control: the old secret still opens')
    })
    await inWorld(t, { plugin: { sessionSecret: [fresh] } }, async removed => {
      t.equal((await ask(removed, cookie)).statusCode, 401, 'the removed one does not')
    })
  })
})

scenario('SES-10 past the inactivity limit, whatever the browser keeps', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const kept = browser.cookieHeader('/')
  world.advance(86_399)
  t.equal((await ask(world, kept)).statusCode, 200, 'control: a second before')
  const other = (await succeeds(t, world)).browser
  const unused = other.cookieHeader('/')
  world.advance(86_401)
  t.equal((await ask(world, unused)).statusCode, 401)
  t.equal((await ask(world, kept)).statusCode, 401)
})

scenario('SES-10 an old last-seen cookie of another session prolongs nothing', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims } = namesOf(browser)
  const value = valueOf(browser, claims)
  world.advance(80_000)
  const other = (await succeeds(t, world)).browser
  world.advance(20_000)
  await other.call('/private')
  const seen = other.names().find(name => /_s$/.test(name)) ?? ''
  t.not(seen, '', 'there is a last-seen cookie')
  t.equal((await ask(world, `${claims}=${value}; ${seen}=${valueOf(other, seen)}`)).statusCode, 401)
})

scenario('SES-11 past the absolute limit, though active', async (t, world) => {
  const { browser } = await succeeds(t, world)
  for (let hour = 0; hour < 71; hour++) {
    world.advance(3600)
    const response = await browser.call('/private')
    if (response.statusCode !== 200) t.fail(`after ${hour + 1} hours: ${response.statusCode}`)
  }
  const kept = browser.copy()
  for (const cookie of kept.cookies) cookie.expires = Infinity
  world.advance(3601)
  t.equal((await kept.call('/private')).statusCode, 401)
})

scenario('SES-14 a session from before the login is not prolonged by it', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const before = browser.cookieHeader('/')
  const sessionBefore = (await browser.call('/private')).json().session
  world.advance(10)
  await world.login(browser)
  const sessionAfter = (await browser.call('/private')).json().session
  t.not(sessionAfter.id, sessionBefore.id, 'a new id')
  t.not(browser.cookieHeader('/'), before)
  t.equal((await ask(world, before)).statusCode, 401, 'the old one is invalid')
})

scenario('SES-14 a planted cookie does not become the session', async (t, world) => {
  const attacker = (await succeeds(t, world)).browser
  const victim = world.browser()
  for (const { name, value } of attacker.cookies) victim.plant(name, value)
  world.idp.user = { ...world.idp.user, sub: 'auth0|victim' }
  world.idp.secrets.add('auth0|victim')
  world.advance(5)
  await world.login(victim)
  t.equal((await victim.call('/private')).json().sub, 'auth0|victim')
  const attackers = await attacker.call('/private')
  t.equal(attackers.statusCode, 401, 'the planted session ended with the login')
  world.idp.secrets.delete('auth0|victim')
})

const noting: WorldOptions = {
  routes: app => {
    app.get('/note', { preHandler: app.auth0.requireSession }, async request => {
      await request.auth0.updateSession({ note: 'of user A' })
      return {}
    })
  }
}

scenario("SES-15 user B logs in over user A's session", async (t, world) => {
  const browser = world.browser()
  world.idp.user = { sub: 'auth0|a', org_id: 'org_a', 'https://x.test/roles': ['admin'] }
  await world.login(browser)
  await browser.call('/note')
  const of = async () => (await browser.call('/private')).json().session
  const a = await of()
  t.equal(a.note, 'of user A')
  const tokenA = (await browser.call('/token')).json().mark
  world.advance(60)
  world.idp.user = { sub: 'auth0|b' }
  await world.login(browser)
  const b = await of()
  t.equal(b.user.sub, 'auth0|b')
  t.equal(b.note, undefined, 'app data')
  t.equal(b.user.org_id, undefined, 'organization')
  t.equal(b.user['https://x.test/roles'], undefined, 'claims')
  t.not(b.id, a.id)
  t.not(b.sid, a.sid)
  t.equal(b.createdAt, world.clock.now)
  t.not((await browser.call('/token')).json().mark, tokenA, 'tokens')
}, noting)

scenario('SES-16 the same user logs in again with another organization', async (t, world) => {
  const browser = world.browser()
  const defect = (org: string) => ({
    idToken: {
      payload: (correct: Record<string, unknown>) => ({
        ...correct,
        org_id: org,
        auth_time: Math.floor(world.clock.now)
      })
    }
  })
  await world.during(defect('org_1'), () => world.login(browser))
  const first = (await browser.call('/private')).json().session
  world.advance(100)
  await world.during(defect('org_2'), () => world.login(browser))
  const second = (await browser.call('/private')).json().session
  t.equal(second.user.org_id, 'org_2')
  t.not(second.sid, first.sid)
  t.equal(second.user.auth_time, Math.floor(world.clock.now))
  t.equal(second.createdAt, world.clock.now)
  t.not(second.id, first.id)
})

t.test('SES-18 http', async t => {
  await inWorld(t, { plugin: { appBaseUrl: 'http://localhost:3000' } }, async world => {
    const browser = world.browser('http://localhost:3000')
    const start = await browser.navigate('/auth/login')
    const response = await browser.navigate(world.back(String(start.headers.location)))
    t.ok(sessionCookiesSet(response).length > 0)
    for (const cookie of [...setCookies(start), ...setCookies(response)]) {
      t.notOk(cookie.name.startsWith('__'), cookie.name)
      t.notOk(cookie.attributes.has('secure'))
      t.ok(cookie.attributes.has('httponly'))
    }
    t.equal((await browser.call('/private')).statusCode, 200)
  })
  for (
    const appBaseUrl of ['http://app.example.test', 'http://10.0.0.1', 'http://localhost.evil.test',
      'http://127.0.0.1.evil.test']
  ) {
    await t.test(appBaseUrl, async t => {
      const world = new World({ plugin: { appBaseUrl } })
      await t.rejects(Promise.resolve(world.app.ready()), { code: 'configuration_error', option: 'appBaseUrl' })
      await world.app.close()
    })
  }
})

scenario('SES-20 two cookies of one name', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims } = namesOf(browser)
  t.ok(claims.startsWith('__Host-'), '__Host- keeps sibling hosts out')
  const value = valueOf(browser, claims)
  t.equal((await ask(world, `${claims}=${value}; ${claims}=tossed`)).statusCode, 200)
  t.equal((await ask(world, `${claims}=tossed; ${claims}=${value}`)).statusCode, 200, 'whichever comes first')
})

for (const mode of ['cookies', 'a store']) {
  scenario(`SES-20 without __Host- a tossed cookie is noticed, with ${mode}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const { claims } = namesOf(browser)
    const value = valueOf(browser, claims)
    t.notOk(claims.startsWith('__Host-'))
    t.equal((await ask(world, `${claims}=${value}`)).statusCode, 200, 'control')
    const lines = world.logLines.length
    for (const tossed of ['tossed', 'a'.repeat(30), `${value.slice(0, -4)}AAAA`]) {
      const response = await ask(world, `${claims}=${tossed}; ${claims}=${value}`)
      t.equal(response.statusCode, 200, 'the first valid one counts')
      t.strictSame(setCookies(response), [], 'and stays')
    }
    t.ok(world.logLines.slice(lines).some(line => line.includes('session_cookie_tossed')), 'and it is logged')
    t.equal((await ask(world, `${claims}=tossed; ${claims}=tossed too`)).statusCode, 401, 'none of them is ours')
  }, {
    plugin: {
      sessionConfiguration: { cookie: { domain: 'example.test' } },
      ...(mode === 'a store' && { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) })
    }
  })
}

scenario('SES-21 odd Cookie headers', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const { claims } = namesOf(browser)
  const good = `${claims}=${valueOf(browser, claims)}`
  const odd: Record<string, string> = {
    '100 KB': `a=${'x'.repeat(100_000)}`,
    '1,000 cookies': Array.from({ length: 1000 }, (_, i) => `c${i}=${i}`).join('; '),
    '1,000 of our name': Array.from({ length: 1000 }, () => `${claims}=x`).join('; '),
    'our name 5,000 times without =': claims.repeat(5000),
    'no =': 'abc; def; ghi',
    NUL: 'a=\u0000b',
    'bad percent': 'a=%zz; b=%',
    'only separators': ';'.repeat(10_000),
    'blanks before our name': `a=b;${' '.repeat(50_000)}${claims}=x`,
    'equals signs': '='.repeat(10_000),
    quotes: `${claims}="`,
    'a half pair of quotes': `${claims}="x; b=c`
  }
  for (const [variant, cookie] of Object.entries(odd)) {
    const took = await leastCpuTime(async () => {
      const response = await ask(world, cookie)
      if (response.statusCode !== 401) t.fail(`${variant}: ${response.statusCode}`)
    })
    t.ok(took < 5, `${variant}: ${took} ms`)
  }
  t.equal((await ask(world, `${odd['no =']}; ${good}`)).statusCode, 200, 'control')
})

scenario('SES-21 over a socket', async (t, world) => {
  await world.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = world.app.server.address() as { port: number }
  const send = (cookie: string | Buffer) =>
    rawRequest(port, Buffer.concat([
      Buffer.from(
        'GET /private HTTP/1.1\r\nHost: app.example.test\r\nAccept: application/json\r\nConnection: close\r\nCookie: '
      ),
      Buffer.from(cookie as string, 'latin1'),
      Buffer.from('\r\n\r\n')
    ]))
  // Over Node's 16 KiB, and small enough to be read whole: an unread rest makes the kernel reset the connection.
  t.equal((await send('a=' + 'x'.repeat(20_000))).status, 431)
  t.equal((await send('a=\u0000b')).status, 400)
  t.equal((await send('a=\u00ff\u00fe; b')).status, 401)
})

scenario('SES-22 flags of the transaction cookie', async (t, world) => {
  const response = await world.browser().navigate('/auth/login')
  const [cookie, ...more] = setCookies(response)
  t.equal(more.length, 0)
  t.ok(isTransactionCookie(cookie?.name ?? ''))
  t.match(cookie?.name, /^__Host-/)
  t.ok(cookie?.attributes.has('httponly'))
  t.ok(cookie?.attributes.has('secure'))
  t.equal(cookie?.attributes.get('path'), '/')
  t.equal(cookie?.attributes.get('domain'), undefined)
  t.equal(cookie?.attributes.get('samesite')?.toLowerCase(), 'lax')
  t.ok(Number(cookie?.attributes.get('max-age')) <= 3600)
})

scenario('SES-22 flags of the session cookies', async (t, world) => {
  const { response } = await succeeds(t, world)
  for (const cookie of setCookies(response).filter(({ name }) => isSessionCookie(name))) {
    t.match(cookie.name, /^__Host-/)
    t.ok(cookie.attributes.has('httponly'))
    t.ok(cookie.attributes.has('secure'))
    t.equal(cookie.attributes.get('path'), '/')
    t.equal(cookie.attributes.get('samesite')?.toLowerCase(), 'lax')
  }
})

scenario('SES-22 flags of the cookie of a session in a store', async (t, world) => {
  const { response } = await succeeds(t, world)
  const [cookie, ...more] = setCookies(response).filter(({ name }) => isSessionCookie(name))
  t.equal(more.length, 0)
  t.match(cookie?.name, /^__Host-/)
  t.strictSame(['httponly', 'secure', 'path', 'samesite', 'domain'].map(name => cookie?.attributes.get(name)), ['', '',
    '/', 'Lax', undefined])
}, { plugin: { sessionStore: new MemorySessionStore({ now: () => 1_795_000_000 }) } })

/** The purpose and key a session cookie of the default world is sealed with. */
const purpose = (kind: string) => JSON.stringify([kind, 'hostile-client', 'tenant.auth0.test', '', ''])

/** A cookie made with the right key but by hand. */
function handmade (world: World, header: (correct: Record<string, unknown>) => object, plaintext: string,
  cut = 16): string {
  const day = Math.floor(world.clock.now / 86_400)
  const id = Buffer.from(hkdfSync('sha256', sessionSecret, '', 'fastify-auth0 secret id', 6)).toString('base64url')
  const key = Buffer.from(hkdfSync('sha256', sessionSecret, purpose('session'), `fastify-auth0 A256GCM ${day}`, 32))
  const segment = Buffer.from(JSON.stringify(header({ alg: 'dir', enc: 'A256GCM', kid: `${id}.${day}` }))).toString(
    'base64url'
  )
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(segment))
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return [segment, '', iv.toString('base64url'), text.toString('base64url'),
    cipher.getAuthTag().subarray(0, cut).toString('base64url')].join('.')
}

function goodPlaintext (world: World, change: (parts: unknown[]) => unknown = parts => parts): string {
  const now = world.clock.now
  const text = encodeRecord({
    id: 'handmade-session-id-0001',
    version: 1,
    user: { sub: 'auth0|handmade' },
    domain: 'tenant.auth0.test',
    issuer: 'https://tenant.auth0.test/',
    createdAt: now,
    updatedAt: now
  })
  return JSON.stringify(change(JSON.parse(text) as unknown[]))
}

scenario('SES-24 cut tags, other algorithms, compression', async (t, world) => {
  const { claims } = namesOf((await succeeds(t, world)).browser)
  const good = goodPlaintext(world)
  t.equal((await ask(world, `${claims}=${handmade(world, h => h, good)}`)).statusCode, 200, 'control: the same by hand')
  const refused: Record<string, string> = {
    'tag of 4 bytes': handmade(world, h => h, good, 4),
    'tag of 12 bytes': handmade(world, h => h, good, 12),
    'tag of 15 bytes': handmade(world, h => h, good, 15),
    'no tag': handmade(world, h => h, good, 0),
    A128GCM: handmade(world, h => ({ ...h, enc: 'A128GCM' }), good),
    'A256CBC-HS512': handmade(world, h => ({ ...h, enc: 'A256CBC-HS512' }), good),
    A256KW: handmade(world, h => ({ ...h, alg: 'A256KW' }), good),
    'PBES2-HS256+A128KW': handmade(world, h => ({ ...h, alg: 'PBES2-HS256+A128KW', p2c: 1e9, p2s: 'x' }), good),
    zip: handmade(world, h => ({ ...h, zip: 'DEF' }), good),
    crit: handmade(world, h => ({ ...h, crit: ['x'], x: 1 }), good),
    'other order': handmade(world, ({ alg, enc, kid }) => ({ kid, enc, alg }), good),
    'no kid': handmade(world, ({ alg, enc }) => ({ alg, enc }), good),
    "a kid of tomorrow's tomorrow": handmade(world,
      h => ({ ...h, kid: String(h.kid).replace(/\d+$/, day => String(Number(day) + 2)) }), good),
    'a kid of long ago': handmade(world,
      h => ({ ...h, kid: String(h.kid).replace(/\d+$/, day => String(Number(day) - 10)) }), good)
  }
  for (const [variant, value] of Object.entries(refused)) {
    t.equal((await ask(world, `${claims}=${value}`)).statusCode, 401, variant)
  }
})

t.test('SES-25 initialisation vectors never repeat', async t => {
  const now = 1_795_000_000
  const sealer = createSealer({ secrets: [sessionSecret], purpose: purpose('session'), maxAgeDays: 3, now: () => now })
  const count = thorough ? 1_000_000 : 100_000
  const seen = new Set<string>()
  for (let i = 0; i < count; i++) {
    const value = sealer.seal('x')
    const at = value.indexOf('..') + 2
    seen.add(value.slice(at, at + 16))
  }
  t.equal(seen.size, count, `${count} cookies under one key`)
  const bits = Buffer.from([...seen][0] ?? '', 'base64url')
  t.equal(bits.length, 12, '96 bits')
  // one key a day and a purpose: 2^32 cookies of one kind in a day are out of reach
  const today = sealer.seal('x').split('.')[0]
  const later = createSealer({
    secrets: [sessionSecret],
    purpose: purpose('session'),
    maxAgeDays: 3,
    now: () => now + 86_400
  })
  t.not(later.seal('x').split('.')[0], today, 'tomorrow has another key')
})

scenario('SES-26 the plaintext has another version or shape', async (t, world) => {
  const { claims } = namesOf((await succeeds(t, world)).browser)
  const shapes: Record<string, string> = {
    'another version': goodPlaintext(world, ([, ...rest]) => [99, ...rest]),
    'no version': goodPlaintext(world, ([, ...rest]) => rest),
    object: '{"user":{"sub":"x"}}',
    string: '"x"',
    null: 'null',
    empty: '',
    'cut JSON': goodPlaintext(world).slice(0, -1),
    'PHP serialised': 'O:8:"stdClass":0:{}',
    'v8 serialised': '\u00ff\u000f',
    'one member more': goodPlaintext(world, parts => [...parts, 1]),
    'id a number': goodPlaintext(world, parts => parts.with(1, 1)),
    'createdAt a string': goodPlaintext(world, parts => parts.with(3, '1')),
    'createdAt null': goodPlaintext(world, parts => parts.with(3, null)),
    'user an array': goodPlaintext(world, parts => parts.with(9, ['x'])),
    'user without sub': goodPlaintext(world, parts => parts.with(9, {})),
    'sub an object': goodPlaintext(world, parts => parts.with(9, { sub: { toString: 'x' } })),
    'sub only in __proto__': goodPlaintext(world).replace('{"sub":"auth0|handmade"}',
      '{"__proto__":{"sub":"auth0|handmade"}}')
  }
  for (const [variant, text] of Object.entries(shapes)) {
    const response = await ask(world, `${claims}=${handmade(world, h => h, text)}`)
    t.equal(response.statusCode, 401, variant)
    t.strictSame(setCookies(response), [], `${variant}: left alone`)
  }
})

/** A store that counts what it is asked. */
function spyingStore (now: () => number): { store: SessionStore, asked: string[] } {
  const inner = new MemorySessionStore({ now })
  const asked: string[] = []
  const store = new Proxy(inner, {
    get (target, name) {
      const member = Reflect.get(target, name) as unknown
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        asked.push(`${String(name)} ${typeof args[0] === 'string' ? args[0] : ''}`)
        return (member as (...args: unknown[]) => unknown).apply(target, args)
      }
    }
  })
  return { store: store as unknown as SessionStore, asked }
}

t.test('SES-28 the id of a session in a store', async t => {
  const { store, asked } = spyingStore(() => 1_795_000_000)
  await inWorld(t, { plugin: { sessionStore: store } }, async world => {
    const ids = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const { browser } = await succeeds(t, world)
      ids.add((await browser.call('/private')).json().session.id)
    }
    t.equal(ids.size, 100)
    for (const id of ids) if (Buffer.from(id, 'base64url').length < 16) t.fail('less than 128 bits')
    const keys = new Set(asked.map(line => line.split(' ')[1] ?? ''))
    for (const id of ids) {
      if (keys.has(id)) t.fail('the store sees the id itself')
    }
    const { browser } = await succeeds(t, world)
    for (const { value } of browser.cookies) {
      for (const key of keys) if (key !== '' && value.includes(key)) t.fail('the cookie holds the key of the store')
    }
    t.notOk(keys.has(createHash('sha256').update(valueOf(browser, namesOf(browser).claims)).digest('hex')))

    const { claims } = namesOf(browser)
    const value = valueOf(browser, claims)
    const before = asked.length
    for (
      const forged of ['x', randomBytes(24).toString('base64url'),
        value.slice(0, -1) + (value.endsWith('A') ? 'B' : 'A'), [...ids][0] ?? '']
    ) {
      t.equal((await ask(world, `${claims}=${forged}`)).statusCode, 401)
    }
    t.equal(asked.length, before, 'the store is not asked about a cookie that was not made here')
    t.equal((await ask(world, `${claims}=${value}`)).statusCode, 200, 'control')
  })
})

t.test('SES-30 a request without a session', async t => {
  const { store, asked } = spyingStore(() => 1_795_000_000)
  await inWorld(t, { plugin: { sessionStore: store } }, async world => {
    for (const path of ['/', '/public', '/private']) {
      const response = await world.browser().call(path)
      t.strictSame(setCookies(response), [], path)
    }
    t.strictSame(asked, [], 'no store read')
  })
  await inWorld(t, {}, async world => {
    for (const path of ['/', '/public', '/private']) {
      t.strictSame(setCookies(await world.browser().call(path)), [], path)
    }
    await assertNoSession(t, world, world.browser())
  })
})
