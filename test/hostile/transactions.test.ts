import { assertNoSession, isTransactionCookie, scenario, sessionCookiesSet, succeeds } from './app.js'
import { setCookies } from '../fixtures/visitor.js'
import { json, type AnswerDefect } from './idp.js'

scenario('TX-01 a page elsewhere makes the browser open the login', async (t, world) => {
  await succeeds(t, world)
  const silent: Record<string, string>[] = [
    {
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'image',
      'sec-fetch-site': 'cross-site',
      accept: 'image/avif,*/*'
    },
    { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script', 'sec-fetch-site': 'cross-site', accept: '*/*' },
    {
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      'sec-fetch-site': 'cross-site',
      accept: '*/*',
      origin: 'https://evil.test'
    },
    { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }
  ]
  for (const headers of silent) {
    const response = await world.browser().navigate('/auth/login?returnTo=%2Fprivate', headers)
    t.equal(response.headers.location, undefined, `${headers['sec-fetch-dest']}: no redirect`)
    t.strictSame(setCookies(response), [], `${headers['sec-fetch-dest']}: no transaction`)
  }
  const browser = world.browser()
  const response = await browser.navigate('/auth/login?returnTo=https%3A%2F%2Fevil.test', {
    'sec-fetch-site': 'cross-site'
  })
  t.equal(response.statusCode, 302, 'a top-level navigation may start a login')
  const end = await browser.navigate(world.back(String(response.headers.location)), { 'sec-fetch-site': 'cross-site' })
  t.equal(new URL(String(end.headers.location), 'https://app.example.test').origin, 'https://app.example.test',
    'it returns to a safe path')
})

const thorough = process.env.HOSTILE_FULL === '1'

scenario('TX-03 state, nonce and PKCE of thousands of logins', async (t, world) => {
  const states = new Set<string>()
  const nonces = new Set<string>()
  const challenges = new Set<string>()
  const runs = thorough ? 10_000 : 1000
  for (let i = 0; i < runs; i++) {
    const response = await world.app.inject({
      url: '/auth/login',
      headers: { host: 'app.example.test', accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    })
    const params = new URL(String(response.headers.location)).searchParams
    states.add(params.get('state') ?? '')
    nonces.add(params.get('nonce') ?? '')
    challenges.add(params.get('code_challenge') ?? '')
    if (i === 0) t.equal(params.get('code_challenge_method'), 'S256')
  }
  for (const [name, values] of Object.entries({ states, nonces, challenges })) {
    t.equal(values.size, runs, `${name} are all different`)
    for (const value of values) {
      if (Buffer.from(value, 'base64url').length < 16) t.fail(`${name} hold less than 128 bits`)
    }
    // every position takes many values: no counter, no constant part
    const positions = [...values].slice(0, 1000)
    const length = Math.min(...positions.map(value => value.length))
    for (let at = 0; at < Math.min(length, 22); at++) {
      if (new Set(positions.map(value => value[at])).size < 30) t.fail(`${name} vary too little at ${at}`)
    }
  }
})

scenario('TX-05 only allow-listed login parameters go on to the tenant', async (t, world) => {
  const query = new URLSearchParams({
    redirect_uri: 'https://evil.test/cb',
    client_id: 'evil',
    scope: 'openid everything',
    audience: 'https://evil.test/api',
    response_type: 'token',
    response_mode: 'fragment',
    state: 'fixed',
    nonce: 'fixed',
    code_challenge: 'fixed',
    code_challenge_method: 'plain',
    request: 'x.y.z',
    request_uri: 'https://evil.test/r',
    authorization_details: '[{"type":"all"}]',
    resource: 'https://evil.test',
    dpop_jkt: 'x',
    claims: '{}',
    id_token_hint: 'x',
    requested_connection: 'evil',
    mtls: '1',
    dpop: 'x',
    unheard_of: '1'
  })
  const plain = new URL(await world.start(world.browser(), '/auth/login')).searchParams
  const browser = world.browser()
  const response = await browser.navigate(`/auth/login?${query}`)
  t.equal(response.statusCode, 302, response.body.slice(0, 200))
  const sent = new URL(String(response.headers.location)).searchParams
  for (const name of ['state', 'nonce', 'code_challenge']) {
    t.not(sent.get(name), 'fixed')
    sent.delete(name)
    plain.delete(name)
  }
  t.strictSame([...sent].sort(), [...plain].sort(), 'the request is the same as without them')
})

scenario('TX-05 a link cannot loosen what the options demand', async (t, world) => {
  const sent = new URL(
    await world.start(world.browser(), '/auth/login?max_age=99999999&prompt=none&acr_values=none&screen_hint=signup')
  ).searchParams
  t.equal(sent.get('max_age'), '60')
  t.equal(sent.get('prompt'), 'login')
  t.equal(sent.get('acr_values'), 'urn:mfa')
  t.equal(sent.get('screen_hint'), 'signup', 'control: what they leave open may be chosen')
  const stale = {
    idToken: {
      payload: (correct: Record<string, unknown>) => ({ ...correct, auth_time: (correct.iat as number) - 3600 })
    }
  }
  const browser = world.browser()
  const response = await world.during(stale, () => world.login(browser, '/auth/login?max_age=99999999'))
  t.equal(response.statusCode, 502)
  t.strictSame(sessionCookiesSet(response), [])
}, { plugin: { authorizationParams: { max_age: 60, prompt: 'login', acr_values: 'urn:mfa' } } })

scenario('TX-05 an allow-listed parameter given twice is not passed on twice', async (t, world) => {
  const response = await world.browser().navigate(
    '/auth/login?screen_hint=signup&screen_hint=login&connection=a&connection=b&organization=a&organization=b',
    { accept: 'application/json' }
  )
  if (response.statusCode === 302) {
    const sent = new URL(String(response.headers.location)).searchParams
    for (const name of ['screen_hint', 'connection', 'organization']) t.ok(sent.getAll(name).length <= 1, name)
  } else {
    t.equal(response.statusCode, 400)
  }
})

for (
  const returnTo of ['/x&audience=evil', '/x?audience=evil&scope=all', '/x#audience=evil', '/x%26audience%3Devil',
    '/x?a=1&redirect_uri=https://evil.test']
) {
  scenario(`TX-06 returnTo=${returnTo}`, async (t, world) => {
    for (const raw of [`returnTo=${encodeURIComponent(returnTo)}`, `returnTo=${returnTo.replace('#', '%23')}`]) {
      const browser = world.browser()
      const location = await world.start(browser, `/auth/login?${raw}`)
      const sent = new URL(location).searchParams
      t.equal(sent.get('audience'), null)
      t.equal(sent.get('scope'), 'openid profile email offline_access')
      t.equal(sent.get('redirect_uri'), 'https://app.example.test/auth/callback')
      t.notOk(location.includes('evil'), 'it stays inside the transaction')
    }
  })
}

scenario('TX-07 a login initiated by a third party', async (t, world) => {
  const evil = await world.browser().navigate(
    '/auth/login?iss=https%3A%2F%2Fevil.test%2F&target_link_uri=https%3A%2F%2Fevil.test%2F',
    { accept: 'application/json' }
  )
  if (evil.statusCode === 302) t.equal(new URL(String(evil.headers.location)).origin, 'https://tenant.auth0.test')
  else t.equal(evil.statusCode, 400)
  const browser = world.browser()
  const location = await world.start(browser,
    `/auth/login?iss=${encodeURIComponent(world.idp.issuer)}&target_link_uri=${
      encodeURIComponent('https://evil.test/private')
    }&login_hint=someone`)
  t.equal(new URL(location).origin, 'https://tenant.auth0.test')
  const response = await browser.navigate(world.back(location), { 'sec-fetch-site': 'cross-site' })
  t.ok(sessionCookiesSet(response).length > 0, 'the login completes')
  t.equal(new URL(String(response.headers.location), 'https://app.example.test').origin, 'https://app.example.test',
    'the target is not left to the third party')
})

const parAnswers: Record<string, { answer: AnswerDefect, status: number }> = {
  500: { answer: () => ({ status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>no</h1>' }), status: 502 },
  '400 invalid_request': {
    answer: () => json({ error: 'invalid_request', error_description: 'no' }, 400),
    status: 502
  },
  '401 invalid_client': { answer: () => json({ error: 'invalid_client', error_description: 'no' }, 401), status: 502 },
  never: { answer: () => new Promise(() => {}), status: 504 }
}
for (const [variant, { answer, status }] of Object.entries(parAnswers)) {
  scenario(`TX-08 the PAR endpoint answers ${variant}`, async (t, world) => {
    await succeeds(t, world)
    const browser = world.browser()
    const response = await world.during({ answers: { par: answer } }, () =>
      browser.navigate('/auth/login', { accept: 'application/json' }))
    t.equal(response.statusCode, status, response.body.slice(0, 200))
    t.equal(typeof response.json().code, 'string')
    t.equal(response.headers.location, undefined, 'no fallback to plain parameters')
    t.strictSame(browser.names().filter(isTransactionCookie), [])
    t.strictSame(world.leaks(response.body), [])
    await assertNoSession(t, world, browser)
  }, { plugin: { pushedAuthorizationRequests: true, ...(variant === 'never' && { httpTimeout: 2 }) } })
}
