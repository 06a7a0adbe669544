import { scenario, sessionCookiesSet, succeeds, isSessionCookie, type World } from './app.js'
import { clears, setCookies, type Visitor } from '../fixtures/visitor.js'
import { changed, type AnswerDefect } from './idp.js'

const logoutPath = '/auth/logout'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }

/** What an attacker who kept the cookies from before can still do: nothing. */
async function isOver (world: World, kept: Visitor): Promise<boolean> {
  return (await kept.call('/private')).statusCode === 401
}

scenario('LO-01 the session ends first, then the tenant is asked', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const kept = browser.copy()
  const events = world.events.length
  const response = await browser.navigate(logoutPath, sameOrigin)
  t.equal(response.statusCode, 302)
  const url = new URL(String(response.headers.location))
  t.equal(url.origin + url.pathname, 'https://tenant.auth0.test/oidc/logout')
  t.equal(url.searchParams.get('client_id'), 'hostile-client')
  t.match(url.searchParams.get('post_logout_redirect_uri'), /^https:\/\/app\.example\.test\/?$/)
  t.equal(url.searchParams.get('id_token_hint'), null)
  t.ok(setCookies(response).filter(cookie => isSessionCookie(cookie.name)).every(clears), 'cookies are cleared')
  t.strictSame(browser.names().filter(isSessionCookie), [])
  t.ok(await isOver(world, kept), 'a copy of the cookie is worth nothing')
  t.strictSame(world.events.slice(events).filter(({ type }) => type === 'logout').map(({ outcome }) => outcome), [
    'success'
  ], 'one event')
  t.equal(world.idp.count('revocation'), 1, 'the refresh token is revoked')
  t.match(response.headers['cache-control'], /no-store/)
})

scenario('LO-02 discovery fails at logout', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const kept = browser.copy()
  world.advance(3600 * 23)
  const down: AnswerDefect = () => {
    throw new TypeError('fetch failed')
  }
  const response = await world.during({ answers: { discovery: down, revocation: down } },
    () => browser.navigate(logoutPath, sameOrigin))
  t.equal(response.statusCode, 302, response.body)
  t.ok(await isOver(world, kept), 'the local session ends')
  const url = new URL(String(response.headers.location))
  t.ok(['https://app.example.test', 'https://tenant.auth0.test'].includes(url.origin))
  const home = url.searchParams.get('post_logout_redirect_uri') ?? url.searchParams.get('returnTo') ?? url.href
  t.equal(new URL(home).origin, 'https://app.example.test', 'the user lands on the app')
})

scenario('LO-03 no end_session_endpoint', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const response = await browser.navigate(logoutPath, sameOrigin)
  const url = new URL(String(response.headers.location))
  t.equal(url.origin + url.pathname, 'https://tenant.auth0.test/v2/logout')
  t.equal(url.searchParams.get('client_id'), 'hostile-client')
  t.match(url.searchParams.get('returnTo'), /^https:\/\/app\.example\.test\/?$/)
}, { idp: { metadata: { end_session_endpoint: undefined } } })

scenario('LO-04 another site tries to log the user out', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const attacks: [string, string, Record<string, string>][] = [
    ['an image', 'GET', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'image',
      accept: 'image/*'
    }],
    ['a script', 'GET', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      accept: '*/*',
      origin: 'https://evil.test'
    }],
    ['a link', 'GET', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      accept: 'text/html'
    }],
    ['a frame', 'GET', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'iframe',
      accept: 'text/html'
    }],
    ['a form', 'POST', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      origin: 'https://evil.test',
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html'
    }],
    ['a form of a sibling host', 'POST', {
      'sec-fetch-site': 'same-site',
      origin: 'https://sibling.example.test',
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html'
    }],
    ['a form without fetch metadata', 'POST', {
      origin: 'https://evil.test',
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html'
    }],
    ['a form from a sandbox', 'POST', {
      origin: 'null',
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html'
    }],
    ['a form that says nothing', 'POST', { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }],
    ['a prefetch', 'GET', { 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch', accept: 'text/html' }]
  ]
  for (const [what, method, headers] of attacks) {
    const response = await browser.send(method, logoutPath, {
      headers,
      ...(method === 'POST' ? { payload: 'a=b' } : {})
    })
    t.ok(response.statusCode === 403 || response.statusCode === 204, `${what}: ${response.statusCode}`)
    t.equal(response.headers.location, undefined, what)
    t.equal(response.body.includes('name="confirmation"'), what === 'a link' || what === 'a frame' ||
      what === 'a form from a sandbox', `${what}: who may have meant it is asked`)
    t.equal((await browser.call('/private')).statusCode, 200, `${what}: the session stays`)
  }
  t.equal(world.idp.count('revocation'), 0)
  const posted = await browser.submit(logoutPath, {})
  t.ok([302, 303].includes(posted.statusCode), 'control: the own form logs out')
  t.equal((await browser.call('/private')).statusCode, 401)
})

for (
  const returnTo of ['https://evil.test', '//evil.test', '/\\evil.test', 'javascript:alert(1)',
    'https://app.example.test@evil.test', 'https://app.example.test.evil.test/']
) {
  scenario(`LO-05 returnTo=${returnTo}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const kept = browser.copy()
    const response = await browser.navigate(`${logoutPath}?returnTo=${encodeURIComponent(returnTo)}`, sameOrigin)
    t.equal(response.statusCode, 302)
    const back = new URL(String(response.headers.location)).searchParams.get('post_logout_redirect_uri')
    t.equal(new URL(String(back)).origin, 'https://app.example.test')
    t.notMatch(back, /evil|javascript/)
    t.ok(await isOver(world, kept))
  })
}

scenario('LO-05 a path of the application is kept', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const response = await browser.navigate(`${logoutPath}?returnTo=${encodeURIComponent('/bye?x=1')}`, sameOrigin)
  t.equal(new URL(String(response.headers.location)).searchParams.get('post_logout_redirect_uri'),
    'https://app.example.test/bye?x=1')
})

scenario('LO-07 the kept ID token has expired', async (t, world) => {
  const { browser } = await succeeds(t, world)
  world.advance(3600 * 20)
  const kept = browser.copy()
  const response = await browser.navigate(logoutPath, sameOrigin)
  t.equal(response.statusCode, 302)
  t.ok(String(response.headers.location).startsWith('https://tenant.auth0.test/oidc/logout'))
  t.ok(await isOver(world, kept))
}, { plugin: { storeIdToken: true } })

scenario('LO-07 without storeIdToken no hint is sent', async (t, world) => {
  const { browser } = await succeeds(t, world)
  const response = await browser.navigate(logoutPath, sameOrigin)
  t.notMatch(response.headers.location, /id_token_hint/)
})

for (const [id, query] of [['LO-08', '/?state=another-state'], ['LO-09', '/']] as const) {
  scenario(`${id} back from the tenant's logout with ${query}`, async (t, world) => {
    const { browser } = await succeeds(t, world)
    const other = await succeeds(t, world)
    await browser.navigate(logoutPath, sameOrigin)
    const response = await browser.navigate(query, { 'sec-fetch-site': 'cross-site' })
    t.equal(response.statusCode, 200, 'the page is shown')
    t.notMatch(response.body, /error|state/i)
    t.strictSame(sessionCookiesSet(response), [], 'no session change')
    const untouched = await other.browser.navigate(query, { 'sec-fetch-site': 'cross-site' })
    t.equal(untouched.statusCode, 200)
    t.equal((await other.browser.call('/private')).statusCode, 200, 'and none for somebody who is logged in')
  })
}

scenario('LO-10 cookies of many chunks with their own path and domain', async (t, world) => {
  const browser = world.browser()
  const big = 'b'.repeat(5000)
  const token: AnswerDefect = correct => changed(correct, { refresh_token: `refresh-${big}` })
  const response = await world.during({ answers: { token } }, () => world.login(browser, '/app/auth/login'))
  const set = setCookies(response).filter(cookie => isSessionCookie(cookie.name) && !clears(cookie))
  t.ok(set.length >= 2, set.map(cookie => `${cookie.name} ${cookie.value.length}`).join(', '))
  for (const cookie of set) {
    t.equal(cookie.attributes.get('path'), '/app')
    t.equal(cookie.attributes.get('domain'), 'example.test')
    t.ok(cookie.name.startsWith('__Secure-'))
  }
  const out = await browser.navigate('/app/auth/logout', sameOrigin)
  const cleared = setCookies(out).filter(clears)
  for (const cookie of set) {
    const same = cleared.find(one => one.name === cookie.name)
    t.ok(same, `${cookie.name} is cleared`)
    for (const name of ['path', 'domain', 'secure', 'samesite']) {
      t.equal(same?.attributes.get(name), cookie.attributes.get(name), `${cookie.name}: ${name}`)
    }
  }
  t.strictSame(browser.names().filter(isSessionCookie), [], 'nothing is left in the browser')
}, {
  plugin: {
    sessionConfiguration: { cookie: { path: '/app', domain: 'example.test' } },
    transactionConfiguration: { cookie: { path: '/app', domain: 'example.test' } },
    routes: { login: '/app/auth/login', callback: '/app/auth/callback', logout: '/app/auth/logout' }
  }
})
