import t, { type Test } from 'tap'
import { safeReturnTo } from '../../lib/flows/login/return-to.js'
import { appOrigin, inWorld, scenario, sessionCookiesSet, World } from './app.js'
import { redirectPayloads, randomRedirects } from './redirect-payloads.js'

/** What every redirect of ours must be: a place of the application, read the way browsers read it. */
function staysHome (location: string): boolean {
  const url = new URL(location, appOrigin)
  return url.origin === appOrigin && url.username === '' && url.password === '' && !/^[/\\][/\\]/.test(url.pathname) &&
    !/[\0-\x20\x7f\\]/.test(location)
}

/** Logs in with a raw query and says where the callback leads. */
async function destination (t: Test, world: World, query: string): Promise<string | undefined> {
  const browser = world.browser()
  const start = await browser.navigate(`/auth/login?${query}`)
  if (start.statusCode === 400) {
    t.equal(start.headers.location, undefined)
    return undefined
  }
  t.equal(start.statusCode, 302, start.body.slice(0, 200))
  t.equal(new URL(String(start.headers.location)).origin, 'https://tenant.auth0.test')
  const response = await browser.navigate(world.back(String(start.headers.location)), {
    'sec-fetch-site': 'cross-site'
  })
  t.ok(sessionCookiesSet(response).length > 0, 'the login itself completes')
  const location = String(response.headers.location)
  t.ok(staysHome(location), `stays home: ${location}`)
  return location
}

/** A case whose values all lead to the default place (or are refused). */
function goesHome (name: string, values: string[]): void {
  scenario(name, async (t, world) => {
    t.equal(await destination(t, world, 'returnTo=%2Fprivate%3Fa%3D1'), '/private?a=1',
      'control: a path of the application is kept')
    for (const value of values) {
      const location = await destination(t, world, `returnTo=${encodeURIComponent(value)}`)
      t.ok(location === undefined || location === '/', `${encodeURIComponent(value)} leads to ${location}`)
    }
  })
}

goesHome('RED-02 an extra slash', ['///evil.test', '////evil.test', '/////evil.test/x', '//evil.test',
  '//evil.test/%2e%2e'])
goesHome('RED-03 slash and backslash', ['/\\evil.test', '/\\/evil.test', '\\/evil.test', '/\\\\evil.test'])
goesHome('RED-04 two backslashes', ['\\\\evil.test', '\\\\\\evil.test', '\\evil.test'])
goesHome('RED-07 a scheme without slashes', ['https:evil.test', 'https:/evil.test', 'http:evil.test',
  'https:\\evil.test'])
goesHome('RED-09 an absolute URL', ['https://evil.test', 'https://evil.test/private', 'HTTPS://EVIL.TEST',
  'https://app.example.test.evil.test/', 'https://app.example.testevil.test'])
goesHome('RED-10 a downgrade', ['http://app.example.test/', 'http://app.example.test:443/', 'ws://app.example.test/'])
goesHome('RED-11 userinfo', ['https://app.example.test@evil.test', 'https://app.example.test:x@evil.test/',
  'https://user@app.example.test/'])
goesHome('RED-13 a backslash before @', ['https://app.example.test\\@evil.test', 'https://evil.test\\@app.example.test',
  'https://app.example.test\\.evil.test'])
goesHome('RED-16 our host in the fragment', ['https://evil.test#app.example.test',
  'https://evil.test#@app.example.test/'])
goesHome('RED-17 our host in the query', ['https://evil.test?app.example.test',
  'https://evil.test?https://app.example.test/'])
goesHome('RED-18 javascript:', ['javascript:alert(1)', 'JavaScript:alert(1)', ' javascript:alert(1)',
  'java\nscript:alert(1)', 'javascript://app.example.test/%0aalert(1)', 'vbscript:x'])
goesHome('RED-20 data:', ['data:text/html,x', 'data:text/html;base64,PHNjcmlwdD4=', 'blob:https://app.example.test/x',
  'file:///etc/passwd', 'about:blank', 'view-source:https://app.example.test/'])
goesHome('RED-22 encoded slashes', ['/%2f%2fevil.test', '/%2fevil.test', '/%2F/evil.test', '%2f%2fevil.test'])
goesHome('RED-23 an encoded backslash', ['/%5cevil.test', '/%5C%5cevil.test', '%5c%5cevil.test'])
goesHome('RED-24 dot segments that end in two slashes', ['/..//evil.test', '/./\\evil.test', '/a/..//evil.test',
  '/.//evil.test', '/%2e%2e//evil.test', '/a/b/../..//evil.test', '/;/..//evil.test'])
goesHome('RED-26 invisible characters',
  ['\u0000', '\u00ad', '\u200b', '\u202e', '\ufeff', '\u0009', '\u000a', '\u000d', '\u2028', '\u3000', '\u00a0']
    .flatMap(c => [`/${c}/evil.test`, `${c}//evil.test`, `https://app.example.test${c}.evil.test/`]))

scenario('RED-26 invisible characters inside of a path are kept, encoded', async (t, world) => {
  for (const c of ['\u0000', '\u0009', '\u000a', '\u000d', '\u00ad', '\u200b', '\u202e', '\u2028', '\u3000']) {
    t.equal(await destination(t, world, `returnTo=${encodeURIComponent(`/x${c}y`)}`), `/x${encodeURIComponent(c)}y`)
  }
})

goesHome('RED-28 bad encoding', ['/%ff', '/%c0%af/evil.test', '/%e0%80%af', '/%', '/%zz', '/%f0%80%80%af'])

scenario('RED-28 bad encoding on the wire', async (t, world) => {
  for (const raw of ['returnTo=%ff', 'returnTo=/%c0%af/evil.test', 'returnTo=%', 'returnTo=%2', 'returnTo=%zz%zz']) {
    const location = await destination(t, world, raw)
    t.ok(location === undefined || location === '/', `${raw} leads to ${location}`)
  }
})

scenario('RED-29 returnTo twice, as an array, as an object', async (t, world) => {
  for (
    const query of ['returnTo=/private&returnTo=https://evil.test', 'returnTo=https://evil.test&returnTo=/private',
      'returnTo[]=https://evil.test', 'returnTo[x]=https://evil.test', 'returnTo[toString]=x', 'returnTo=', 'returnTo']
  ) {
    const location = await destination(t, world, query)
    t.ok(location === undefined || location === '/' || location === '/private', `${query} leads to ${location}`)
  }
})

goesHome('RED-30 10,000 characters', [`/${'x'.repeat(10_000)}`, `/?${'x'.repeat(2400)}`])

goesHome("RED-31 the plugin's own routes", ['/auth/login', '/auth/login?returnTo=/private', '/auth/logout',
  '/auth/callback', '/auth/callback?code=x', '/auth/callback#x', '/auth/./login', '/auth/login/', '/x/../auth/logout',
  'https://app.example.test/auth/login', '/auth/backchannel-logout', '/auth/log%69n'])

scenario('RED-32 scheme-relative to the own host', async (t, world) => {
  const location = await destination(t, world, `returnTo=${encodeURIComponent('//app.example.test/x')}`)
  t.ok(location === undefined || location === '/' || location === '/x', `leads to ${location}`)
})

scenario('RED-32 the own origin in full is kept as a path', async (t, world) => {
  t.equal(await destination(t, world, `returnTo=${encodeURIComponent('https://app.example.test/private?a=1#b')}`),
    '/private?a=1#b')
})

scenario('RED-33 an own path with //evil.test in its query', async (t, world) => {
  t.equal(await destination(t, world, `returnTo=${encodeURIComponent('/x?next=//evil.test')}`), '/x?next=//evil.test')
})

scenario('RED-34 an own path with //evil.test in its fragment', async (t, world) => {
  t.equal(await destination(t, world, `returnTo=${encodeURIComponent('/x#//evil.test')}`), '/x#//evil.test')
})

scenario('RED-35 a list of open-redirect payloads, each through a login', async (t, world) => {
  const payloads = redirectPayloads()
  t.ok(payloads.length >= 559, `${payloads.length} payloads`)
  const sample = payloads.filter((_, at) => at % Math.ceil(payloads.length / 600) === 0)
  let away = 0
  for (const payload of sample) {
    const browser = world.browser()
    const start = await browser.navigate(`/auth/login?returnTo=${encodeURIComponent(payload)}`)
    if (start.statusCode === 400) continue
    const response = await browser.navigate(world.back(String(start.headers.location)), {
      'sec-fetch-site': 'cross-site'
    })
    const location = response.headers.location
    if (typeof location !== 'string' || !staysHome(location)) {
      away++
      t.fail(`${JSON.stringify(payload)} leads to ${location}`)
    }
    world.browsers.pop()
  }
  t.equal(away, 0, `${sample.length} logins stayed home`)
})

t.test('RED-35 the whole list and 100,000 generated values against the rule', async t => {
  const base = { origin: appOrigin, basePath: '', secure: true }
  let kept = 0
  for (const value of [...redirectPayloads(), ...randomRedirects(100_000)]) {
    const path = safeReturnTo(value, base)
    if (path === undefined) continue
    kept++
    if (!path.startsWith('/') || !staysHome(path)) t.fail(`${JSON.stringify(value)} leads to ${path}`)
    // reading it again changes nothing: what was checked is what is used
    if (safeReturnTo(path, base) !== path) t.fail(`${JSON.stringify(value)} is read differently the second time`)
  }
  t.ok(kept > 100, `${kept} values are paths of the application`)
})

t.test("RED-35 below a path of the application's own", async t => {
  const base = { origin: appOrigin, basePath: '/team', secure: true }
  for (const value of randomRedirects(20_000)) {
    const path = safeReturnTo(value, base)
    if (path !== undefined && !staysHome(path)) t.fail(`${JSON.stringify(value)} leads to ${path}`)
  }
})

t.test('RED-36 a guard that sends an odd path to the login', t =>
  inWorld(t, {
    routes: app => {
      app.get('/*', { preHandler: app.auth0.requireSession }, async () => ({ caught: true }))
    }
  }, async world => {
    // over a socket: app.inject would tidy the path up
    await world.app.listen({ host: '127.0.0.1', port: 0 })
    const { rawRequest } = await import('./sockets.js')
    const { port } = world.app.server.address() as { port: number }
    for (
      const target of ['//evil.test/%2e%2e', '//evil.test', '/\\evil.test', '///evil.test/..', '/%2f%2fevil.test',
        '/.//evil.test', 'http://evil.test/x', '//app.example.test@evil.test/', '/ok?x=//evil.test']
    ) {
      const answer = await rawRequest(port,
        `GET ${target} HTTP/1.1\r\nHost: app.example.test\r\nAccept: text/html\r\nSec-Fetch-Mode: ` +
          'navigate\r\nConnection: close\r\n\r\n')
      if (answer.status === 400 || answer.status === 404) continue
      t.equal(answer.status, 302, `${target}: ${answer.status}`)
      const login = new URL(answer.headers.location ?? '', appOrigin)
      t.equal(login.origin, appOrigin)
      t.equal(login.pathname, '/auth/login')
      const returnTo = login.searchParams.get('returnTo')
      if (returnTo !== null) t.ok(staysHome(returnTo), `${target} becomes ${returnTo}`)
      const browser = world.browser()
      const start = await browser.navigate(`${login.pathname}${login.search}`)
      const response = await browser.navigate(world.back(String(start.headers.location)), {
        'sec-fetch-site': 'cross-site'
      })
      t.ok(staysHome(String(response.headers.location)), `${target} ends at ${response.headers.location}`)
    }
  }))
