import {
  assertFailure, assertNoSession, assertRefused, failsClosed, isTransactionCookie, scenario, sessionCookiesSet,
  succeeds, World, type Failure
} from './app.js'
import { callbackParams } from '../../lib/flows/login/callback.js'
import { leastCpuTime } from '../cpu-time.js'
import { setCookies, type Visitor } from '../fixtures/visitor.js'
import type { Test } from 'tap'

const thorough = process.env.HOSTILE_FULL === '1'
const missing: Failure = { status: 400, code: 'missing_transaction_error' }
const malformed: Failure = { status: 400, code: 'invalid_argument' }
const otherIssuer: Failure = { status: 502, code: 'issuer_validation_error' }
const formPost = { plugin: { authorizationParams: { response_mode: 'form_post' as const } } }

/** A callback that belongs to no transaction: the login starts again once, then it is refused; nothing is redeemed. */
async function missesItsTransaction (t: Test, world: World, browser: Visitor, path: string): Promise<void> {
  const calls = world.idp.count('token')
  const first = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
  t.equal(first.statusCode, 302, 'the login starts again')
  t.ok(
    String(first.headers.location).startsWith(world.idp.issuer) ||
      String(first.headers.location).startsWith('/auth/login'),
    'at our login or the tenant'
  )
  t.strictSame(sessionCookiesSet(first), [], 'no session')
  t.match(first.headers['cache-control'], /no-store/)
  await browser.navigate(String(first.headers.location).startsWith('/') ? String(first.headers.location) : '/public')
  const page = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
  assertFailure(t, world, page, missing, 'text/html')
  const data = await browser.navigate(path, { accept: 'application/json', 'sec-fetch-site': 'cross-site' })
  assertFailure(t, world, data, missing)
  t.equal(world.idp.count('token'), calls, 'nothing was redeemed')
  await assertNoSession(t, world, browser)
}

/** The path of an answer to a fresh login, with its parameters changed. */
async function answered (world: World, browser: Visitor,
  change: (params: URLSearchParams) => void = () => {}): Promise<string> {
  const { redirectUri, params } = world.idp.authorize(await world.start(browser))
  change(params)
  return `${new URL(redirectUri).pathname}?${params}`
}

scenario('CB-01 state is missing', async (t, world) => {
  await succeeds(t, world)
  for (const accept of ['text/html', 'application/json']) {
    const browser = world.browser()
    const path = await answered(world, browser)
    const forged = path.replace(/([?&])state=[^&]*&?/, '$1').replace(/[?&]$/, '')
    if (accept === 'application/json') {
      await assertRefused(t, world, browser, forged, missing, { accept, tokenCalls: 0, transactionStays: true })
    } else await missesItsTransaction(t, world, browser.copy(), forged)
    const response = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
    t.equal(response.statusCode, 302, 'the true answer still completes the login')
  }
})

for (
  const [variant, change] of Object.entries({
    other: () => 'another-state-0123456789abcdefgh',
    prefix: (state: string) => state.slice(0, -1),
    longer: (state: string) => `${state}x`,
    'other case': (state: string) =>
      state.replace(/[a-z]/gi, c => c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()),
    'encoded twice': (state: string) => [...state].map(c => `%${c.charCodeAt(0).toString(16)}`).join(''),
    'a path': () => '../../tx',
    'a prototype key': () => '__proto__'
  })
) {
  scenario(`CB-02 state: ${variant}`, async (t, world) => {
    await succeeds(t, world)
    const browser = world.browser()
    const path = await answered(world, browser, params => params.set('state', change(params.get('state') ?? '')))
    await missesItsTransaction(t, world, browser, path)
  })
}

for (
  const [variant, value] of Object.entries({
    empty: '',
    '10 KB': 'x'.repeat(10_000),
    'line feed': 'a\nb',
    NUL: 'a\u0000b',
    'non-ASCII': 'st\u00e4te',
    semicolon: 'a; b=c'
  })
) {
  scenario(`CB-02 a state that cannot be ours: ${variant}`, async (t, world) => {
    const browser = world.browser()
    const path = await answered(world, browser, params => params.set('state', value))
    const response = await browser.navigate(path, { accept: 'application/json' })
    t.ok([302, 400].includes(response.statusCode), `${response.statusCode}`)
    t.equal(world.idp.count('token'), 0, 'nothing was redeemed')
    t.strictSame(sessionCookiesSet(response), [])
    await assertNoSession(t, world, browser)
  })
}

scenario('CB-02 a state that is too long, or one of two', async (t, world) => {
  const browser = world.browser()
  const start = await browser.navigate('/auth/login')
  const back = world.back(String(start.headers.location))
  const headers = { accept: 'application/json' }
  for (
    const [query, code] of [
      [`code=x&state=${'s'.repeat(128)}`, 'missing_transaction_error'],
      [`code=x&state=${'s'.repeat(129)}`, 'invalid_argument'],
      [`${back.split('?')[1]}&state=x`, 'invalid_argument']
    ]
  ) {
    const refused = await browser.navigate(`/auth/callback?${query}`, headers)
    t.strictSame([refused.statusCode, refused.json<{ code: string }>().code], [400, code])
  }
  t.equal((await browser.navigate(back)).statusCode, 302, 'the login goes on')
  t.throws(() => callbackParams('https://['), { code: 'invalid_argument', argument: 'url' })
  t.equal(callbackParams('/auth/callback?code=x').get('code'), 'x', 'control')
})

scenario('CB-04 code and state of browser A opened in browser B', async (t, world) => {
  const a = world.browser()
  const path = await answered(world, a)
  await missesItsTransaction(t, world, world.browser(), path)
  const own = await a.navigate(path, { 'sec-fetch-site': 'cross-site' })
  t.equal(own.statusCode, 302, 'control: browser A can still finish')
  t.ok(sessionCookiesSet(own).length > 0)
})

scenario('CB-04 also when B has a login of its own open', async (t, world) => {
  const a = world.browser()
  const path = await answered(world, a)
  const b = world.browser()
  await world.start(b)
  await missesItsTransaction(t, world, b, path)
})

scenario('CB-07 200 logins started and left', async (t, world) => {
  const browser = world.browser()
  for (let i = 0; i < 200; i++) {
    await world.start(browser, `/auth/login?returnTo=${encodeURIComponent(`/private?tab=${i}&${'x'.repeat(100)}`)}`)
    const size = Buffer.byteLength(browser.cookieHeader('/auth/callback'))
    if (size >= 8192) t.fail(`the cookie header holds ${size} bytes after ${i + 1} logins`)
  }
  t.ok(browser.names().filter(isTransactionCookie).length <= 8, 'at most eight at a time')
  const response = await world.login(browser)
  t.ok(sessionCookiesSet(response).length > 0, 'the newest login completes')
})

scenario('CB-07 a stale transaction expires, whatever the browser keeps', async (t, world) => {
  const browser = world.browser()
  const path = await answered(world, browser)
  const kept = browser.copy()
  for (const cookie of kept.cookies) cookie.expires = Infinity
  const patient = world.browser()
  const late = await answered(world, patient)
  world.advance(3590)
  t.ok(sessionCookiesSet(await patient.navigate(late, { 'sec-fetch-site': 'cross-site' })).length > 0,
    'control: a login may take most of an hour')
  world.advance(11)
  await missesItsTransaction(t, world, kept, path)
})

for (const name of ['state', 'code', 'iss', 'error']) {
  scenario(`CB-09 ${name} is given twice`, async (t, world) => {
    await succeeds(t, world)
    for (const accept of ['text/html', 'application/json']) {
      const browser = world.browser()
      const path = await answered(world, browser, params => {
        const value = params.get(name) ?? (name === 'iss' ? world.idp.issuer : 'access_denied')
        params.delete(name)
        params.append(name, value)
        params.append(name, value)
      })
      await assertRefused(t, world, browser, path, malformed, {
        accept,
        tokenCalls: 0,
        transactionStays: name === 'state'
      })
    }
  })
}

const withIss = { idp: { metadata: { authorization_response_iss_parameter_supported: true } } }

scenario('CB-11 the tenant advertises iss, and it is missing', async (t, world) => {
  await failsClosed(t, world, { response: params => params.delete('iss') }, otherIssuer, { tokenCalls: 0 })
}, withIss)

for (
  const [variant, iss] of Object.entries({
    'another tenant': 'https://other.auth0.test/',
    'without the slash': 'https://tenant.auth0.test',
    'other case': 'https://TENANT.auth0.test/',
    'over http': 'http://tenant.auth0.test/',
    empty: ''
  })
) {
  scenario(`CB-12 iss: ${variant}`, async (t, world) => {
    await failsClosed(t, world, { response: params => params.set('iss', iss) }, otherIssuer, { tokenCalls: 0 })
  })
  scenario(`CB-12 iss where it is advertised: ${variant}`, async (t, world) => {
    await failsClosed(t, world, { response: params => params.set('iss', iss) }, otherIssuer, { tokenCalls: 0 })
  }, withIss)
}

/** Makes the response an error. */
const errorResponse = (error: string, description?: string) => (params: URLSearchParams) => {
  params.delete('code')
  params.set('error', error)
  if (description !== undefined) params.set('error_description', description)
}

scenario('CB-15 an error description with HTML and script', async (t, world) => {
  const description = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&${'long '.repeat(200)}END-OF-DESCRIPTION`
  await failsClosed(t, world, { response: errorResponse('access_denied', description) }, {
    status: 403,
    code: 'access_denied'
  }, {
    tokenCalls: 0,
    after: response => {
      if (String(response.headers['content-type']).includes('html')) {
        t.notOk(response.body.includes('<script'), 'no markup')
        t.notOk(response.body.includes('<img src=x'), 'no markup')
      }
      t.notOk(response.body.includes('END-OF-DESCRIPTION'), 'cut to 256 characters')
      const { 'set-cookie': _, ...headers } = response.headers
      t.notMatch(JSON.stringify(headers), /alert\(1\)/, 'not in a header')
      t.equal(response.headers['x-content-type-options'], 'nosniff')
    }
  })
})

scenario('CB-16 error and code together', async (t, world) => {
  await failsClosed(t, world, { response: params => params.set('error', 'access_denied') }, {
    status: 403,
    code: 'access_denied'
  }, { tokenCalls: 0 })
})

scenario('CB-17 an error without state, or with a wrong one, does not close the transaction', async (t, world) => {
  for (const state of [undefined, 'wrong-state-0123456789abcdefghijk']) {
    const browser = world.browser()
    const path = await answered(world, browser)
    const forged = new URLSearchParams({
      error: 'access_denied',
      error_description: 'forged',
      ...(state ? { state } : {})
    })
    const response = await browser.navigate(`/auth/callback?${forged}`, { accept: 'application/json' })
    t.ok([302, 400].includes(response.statusCode), `${response.statusCode}`)
    t.strictSame(sessionCookiesSet(response), [])
    await assertNoSession(t, world, browser)
    const own = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
    t.equal(own.statusCode, 302, 'the true answer still completes the login')
    t.ok(sessionCookiesSet(own).length > 0)
  }
})

for (const error of ['login_required', 'interaction_required', 'consent_required', 'account_selection_required']) {
  scenario(`CB-18 a silent login ends with ${error}`, async (t, world) => {
    const browser = world.browser()
    let path = await answered(world, browser, errorResponse(error, 'Login required'))
    // an answer that starts a login again may do so once; then it ends, in an error or quietly
    let restarts = 0
    for (;;) {
      const response = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
      t.strictSame(sessionCookiesSet(response), [])
      const location = response.headers.location
      if (location === undefined) {
        t.ok(response.statusCode >= 400 && response.statusCode < 500, `${response.statusCode}`)
        t.ok(response.body.includes(error), 'the page names the code')
        break
      }
      if (!location.startsWith(world.idp.issuer)) {
        t.equal(new URL(location, 'https://app.example.test').origin, 'https://app.example.test', 'quietly home')
        break
      }
      if (++restarts > 1) t.fail('a redirect loop')
      const { redirectUri, params } = world.idp.authorize(location)
      errorResponse(error)(params)
      path = `${new URL(redirectUri).pathname}?${params}`
    }
    t.equal(world.idp.count('token'), 0)
    t.strictSame(browser.names().filter(isTransactionCookie), [], 'the transaction is over')
    await assertNoSession(t, world, browser)
    await succeeds(t, world)
  })
}

scenario('CB-19 temporarily_unavailable', async (t, world) => {
  await failsClosed(t, world, { response: errorResponse('temporarily_unavailable') }, {
    status: 503,
    code: 'temporarily_unavailable'
  }, { tokenCalls: 0, after: offersRetry(t) })
})

scenario('CB-19 server_error', async (t, world) => {
  await failsClosed(t, world, { response: errorResponse('server_error') }, { status: 502, code: 'server_error' }, {
    tokenCalls: 0,
    after: offersRetry(t)
  })
})

function offersRetry (t: Test) {
  return (response: { body: string, headers: Record<string, unknown> }) => {
    if (String(response.headers['content-type']).includes('html')) {
      t.match(response.body, /href="\/auth\/login/, 'a link that starts a new login')
    }
  }
}

for (
  const [variant, error] of Object.entries({
    spaces: 'access denied now',
    quotes: 'a"b\'c',
    '10 KB': 'e'.repeat(10_000),
    'non-ASCII': 'verbot\u00e9n\u202e',
    markup: '<b>x</b>',
    'line feed': 'a\nb',
    empty: ''
  })
) {
  scenario(`CB-20 an error code with ${variant}`, async (t, world) => {
    await succeeds(t, world)
    for (const accept of ['text/html', 'application/json']) {
      const browser = world.browser()
      const path = await answered(world, browser, errorResponse(error))
      const before = world.events.length
      const response = await browser.navigate(path, { accept, 'sec-fetch-site': 'cross-site' })
      t.equal(response.statusCode, 400)
      t.ok(response.body.length < 8192, 'the answer is short')
      if (accept === 'text/html') t.notOk(response.body.includes('<b>x</b>'))
      const events = world.events.slice(before)
      t.equal(events.length, 1, 'one event')
      t.match(events[0]?.reason, /^[\x20-\x7e]{1,64}$/, 'with a short, printable reason')
      t.equal(world.idp.count('token'), 1, 'only the control redeemed a code')
      await assertNoSession(t, world, browser)
    }
  })
}

/** Starts a form_post login and gives the fields of the tenant's form. */
async function form (world: World, browser: Visitor): Promise<URLSearchParams> {
  const location = await world.start(browser)
  return world.idp.authorize(location).params
}

const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://tenant.auth0.test' }

scenario('CB-21 form_post completes, and only here the transaction cookie is SameSite=None', async (t, world) => {
  const browser = world.browser()
  const start = await browser.navigate('/auth/login')
  const transaction = setCookies(start).find(cookie => isTransactionCookie(cookie.name))
  t.equal(transaction?.attributes.get('samesite')?.toLowerCase(), 'none')
  t.ok(transaction?.attributes.has('secure'))
  const { params } = world.idp.authorize(String(start.headers.location))
  const response = await browser.submit('/auth/callback', params, crossSite)
  t.ok([302, 303].includes(response.statusCode), `${response.statusCode} ${response.body.slice(0, 200)}`)
  // what needs the Lax session cookie happens after a 303 to GET
  let next = response
  for (let hops = 0; hops < 3 && sessionCookiesSet(next).length === 0; hops++) {
    t.equal(next.statusCode, 303)
    next = await browser.navigate(String(next.headers.location).replace('https://app.example.test', ''), {
      'sec-fetch-site': 'cross-site'
    })
  }
  t.ok(sessionCookiesSet(next).length > 0, 'a session')
  for (const cookie of setCookies(next)) {
    if (!isTransactionCookie(cookie.name)) {
      t.equal(cookie.attributes.get('samesite')?.toLowerCase(), 'lax', 'the session stays Lax')
    }
  }
  t.equal((await browser.call('/private')).statusCode, 200)
}, formPost)

scenario('CB-21 without form_post the transaction cookie is Lax', async (t, world) => {
  const start = await world.browser().navigate('/auth/login')
  const transaction = setCookies(start).find(cookie => isTransactionCookie(cookie.name))
  t.equal(transaction?.attributes.get('samesite')?.toLowerCase(), 'lax')
})

scenario('CB-22 form_post was asked, the answer comes by GET', async (t, world) => {
  for (const accept of ['text/html', 'application/json']) {
    const browser = world.browser()
    const params = await form(world, browser)
    await assertRefused(t, world, browser, `/auth/callback?${params}`, malformed, { accept, tokenCalls: 0 })
  }
}, formPost)

scenario('CB-22 query was asked, the answer comes by POST', async (t, world) => {
  const browser = world.browser()
  const params = await form(world, browser)
  const response = await browser.submit('/auth/callback', params, crossSite)
  t.ok([400, 404, 405].includes(response.statusCode), `${response.statusCode}`)
  t.equal(world.idp.count('token'), 0)
  t.strictSame(sessionCookiesSet(response), [])
  await assertNoSession(t, world, browser)
})

for (
  const [variant, { type, body, status }] of Object.entries({
    JSON: {
      type: 'application/json',
      body: (params: URLSearchParams) => JSON.stringify(Object.fromEntries(params)),
      status: 415
    },
    multipart: { type: 'multipart/form-data; boundary=x', body: () => '--x--', status: 415 },
    'a tab in the type': {
      type: 'application/x-www-form-urlencoded\ta',
      body: (params: URLSearchParams) => String(params),
      status: 415
    },
    'another type that begins the same': {
      type: 'application/x-www-form-urlencoded-2',
      body: (params: URLSearchParams) => String(params),
      status: 415
    },
    'a type named like a prototype key': {
      type: 'constructor',
      body: (params: URLSearchParams) => String(params),
      status: 415
    },
    'text/plain': { type: 'text/plain', body: (params: URLSearchParams) => String(params), status: 415 },
    'no type': { type: undefined, body: (params: URLSearchParams) => String(params), status: 415 },
    '2 MB': {
      type: 'application/x-www-form-urlencoded',
      body: (params: URLSearchParams) => `${params}&x=${'x'.repeat(2_000_000)}`,
      status: 413
    },
    '200,000 fields': {
      type: 'application/x-www-form-urlencoded',
      body: (params: URLSearchParams) => `${params}${'&a'.repeat(200_000)}`,
      status: 413
    }
  })
) {
  scenario(`CB-24 a form_post body: ${variant}`, async (t, world) => {
    const browser = world.browser()
    const params = await form(world, browser)
    const response = await browser.send('POST', '/auth/callback', {
      headers: { accept: 'application/json', 'content-type': type, ...crossSite },
      payload: body(params)
    })
    t.equal(response.statusCode, status, response.body.slice(0, 200))
    t.equal(world.idp.count('token'), 0, 'nothing was read')
    t.strictSame(sessionCookiesSet(response), [])
    await assertNoSession(t, world, browser)
  }, formPost)
}

scenario('CB-24 a POST without a body', async (t, world) => {
  const browser = world.browser()
  await form(world, browser)
  const response = await browser.send('POST', '/auth/callback', {
    headers: { accept: 'application/json', ...crossSite }
  })
  t.ok(response.statusCode >= 400 && response.statusCode < 500, `${response.statusCode}`)
  await assertNoSession(t, world, browser)
}, formPost)

scenario('CB-25 a form_post with error=login_required', async (t, world) => {
  const browser = world.browser()
  const params = await form(world, browser)
  errorResponse('login_required', 'Login required')(params)
  let response = await browser.submit('/auth/callback', params, crossSite)
  for (let hops = 0; response.statusCode === 303 && hops < 2; hops++) {
    response = await browser.navigate(String(response.headers.location).replace('https://app.example.test', ''))
  }
  t.ok(response.statusCode < 500, `${response.statusCode}`)
  t.equal(world.idp.count('token'), 0)
  t.strictSame(sessionCookiesSet(response), [])
  await assertNoSession(t, world, browser)
}, formPost)

for (const name of ['id_token', 'access_token', 'token_type', 'response']) {
  scenario(`CB-26 ${name} in the query`, async (t, world) => {
    await failsClosed(t, world, { response: params => params.set(name, 'eyJhbGciOiJub25lIn0.e30.') }, malformed, {
      tokenCalls: 0
    })
  })
}

scenario('CB-28 HEAD, OPTIONS and prefetches redeem nothing', async (t, world) => {
  const browser = world.browser()
  const path = await answered(world, browser)
  const attempts = [
    () => browser.send('HEAD', path),
    () =>
      browser.send('OPTIONS', path, {
        headers: { origin: 'https://evil.test', 'access-control-request-method': 'GET' }
      }),
    () => browser.navigate(path, { 'sec-purpose': 'prefetch' }),
    () => browser.navigate(path, { 'sec-purpose': 'prefetch;prerender' }),
    () => browser.navigate(path, { purpose: 'prefetch' }),
    () => browser.navigate(path, { 'x-moz': 'prefetch' }),
    () => browser.navigate(path, { 'x-purpose': 'preview' })
  ]
  for (const attempt of attempts) {
    const response = await attempt()
    t.ok(response.statusCode === 204 || response.statusCode >= 400, `${response.statusCode}`)
    t.strictSame(sessionCookiesSet(response), [])
  }
  t.equal(world.idp.count('token'), 0, 'no token request')
  const response = await browser.navigate(path, { 'sec-fetch-site': 'cross-site' })
  t.ok(sessionCookiesSet(response).length > 0, 'the transaction stayed')
})

scenario('a login that is none of an enterprise is not handed over', async (t, world) => {
  await succeeds(t, world)
}, { plugin: { onEnterpriseLogin: () => 'handed over' } })

scenario('CB-28 a prefetch of the login route starts nothing', async (t, world) => {
  const browser = world.browser()
  for (const headers of [{ 'sec-purpose': 'prefetch' }, { purpose: 'prefetch' }]) {
    const response = await browser.navigate('/auth/login', headers)
    t.equal(response.headers.location, undefined)
    t.strictSame(setCookies(response), [])
  }
})

scenario('CB-29 two equal callbacks at the same time', async (t, world) => {
  const browser = world.browser()
  const path = await answered(world, browser)
  const answers = await world.during({
    answers: {
      token: async correct => {
        await new Promise(resolve => setTimeout(resolve, 20))
        return correct
      }
    }
  }, () =>
    Promise.all(
      [0, 1, 2, 3].map(() =>
        browser.send('GET', path, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' }, remember: false })
      )
    ))
  t.equal(world.idp.count('token'), 1, 'exactly one token request')
  const winners = answers.filter(response => sessionCookiesSet(response).length > 0)
  t.ok(winners.length >= 1, 'one login')
  for (const response of answers) t.ok(response.statusCode < 500, `${response.statusCode}`)
  for (const winner of winners) browser.keep(winner)
  t.equal((await browser.call('/private')).statusCode, 200)
})

for (
  const [variant, options] of Object.entries({
    'another client id': { idp: { clientId: 'another-client' } },
    'another tenant': { idp: { issuer: 'https://other.auth0.test/' } },
    'another cookie name': { plugin: { transactionConfiguration: { cookie: { name: 'other' } } } }
  })
) {
  scenario(`CB-30 the transaction cookie of an app with the same secret and ${variant}`, async (t, world) => {
    const other = new World(options)
    t.teardown(() => other.app.close())
    const theirs = other.browser()
    const state = new URL(await other.start(theirs)).searchParams.get('state') ?? ''
    const stolen = theirs.cookies[0]?.value ?? ''
    const victim = world.browser()
    const location = await world.start(victim)
    const own = victim.cookies[0]?.name ?? ''
    const ownState = new URL(location).searchParams.get('state') ?? ''
    t.ok(own.endsWith(ownState), 'the cookie is named for its state')
    victim.plant(own.replace(ownState, state), stolen)
    await missesItsTransaction(t, world, victim, world.back(location).replace(ownState, state))
  })
}

scenario('CB-34 the tenant lists only plain for PKCE', async (t, world) => {
  const browser = world.browser()
  const response = await browser.navigate('/auth/login', { accept: 'application/json' })
  t.ok(response.statusCode >= 500, `${response.statusCode}`)
  t.equal(response.headers.location, undefined, 'the login does not start')
  t.strictSame(setCookies(response), [])
}, { idp: { metadata: { code_challenge_methods_supported: ['plain'] } } })

for (
  const [variant, query] of Object.entries({
    '64 KB': `code=${'x'.repeat(65_536)}&state=x`,
    'bad percent encoding': 'code=%zz&state=%',
    'invalid UTF-8': 'code=%ff%fe&state=%c0%af',
    NUL: 'code=a%00b&state=a%00b',
    'no value': 'code&state',
    'no query': '',
    'nested names': 'code[x]=1&state[y]=2',
    'a thousand parameters': Array.from({ length: 1000 }, (_, i) => `p${i}=1`).join('&')
  })
) {
  scenario(`CB-35 the callback URL: ${variant}`, async (t, world) => {
    for (const accept of ['text/html', 'application/json']) {
      const browser = world.browser()
      await world.start(browser)
      const response = await browser.navigate(`/auth/callback?${query}`, { accept })
      // an unknown state restarts the login of a person once
      if (response.statusCode === 302) t.equal(response.headers.location, '/auth/login?restarted=1')
      else t.equal(response.statusCode, 400, response.body.slice(0, 200))
      if (accept === 'application/json') t.equal(response.statusCode, 400)
      t.equal(world.idp.count('token'), 0)
      t.ok(response.body.length < 8192)
      await assertNoSession(t, world, browser)
    }
  })
}

scenario('CB-36 thousands of callbacks without a transaction', async (t, world) => {
  await succeeds(t, world)
  const seen = world.idp.requests.length
  const statuses = new Set<number>()
  const runs = thorough ? 10_000 : 1000
  const rounds: number[] = []
  for (let round = 0; round < 4; round++) {
    rounds.push(await leastCpuTime(async () => {
      for (let i = 0; i < runs / 4; i++) {
        const response = await world.app.inject({
          url: `/auth/callback?code=code-${i}&state=state-${round}-${i}`,
          headers: { host: 'app.example.test', accept: 'application/json' }
        })
        statuses.add(response.statusCode)
      }
    }, 1))
    world.logLines.length = 0
  }
  t.equal(world.idp.requests.length, seen, 'no outgoing request')
  t.strictSame([...statuses], [400])
  // What piled up would make every later round dearer; whatever else the machine does, only some.
  t.ok(Math.min(...rounds.slice(1)) < rounds[0]! * 3, `the cost stays: ${rounds.join(', ')}`)
})
