import dns from 'node:dns'
import t from 'tap'
import { ForbiddenError } from '../../lib/errors.js'
import { Findings, inWorld, isTransactionCookie, scenario, succeeds, type World, type WorldOptions } from './app.js'
import { changed, HostileIdp, json, type AnswerDefect } from './idp.js'
import { rsaKey } from '../fixtures/jws.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'

/** A plugin whose tenant is named by a header. */
function resolving (resolve: (name: string) => unknown, more: WorldOptions['plugin'] = {}): WorldOptions {
  return { plugin: { domain: request => resolve(String(request.headers['x-tenant'] ?? '')) as string, ...more } }
}

async function start (world: World, tenant: string) {
  const browser = world.browser()
  const response = await browser.navigate('/auth/login', { 'x-tenant': tenant, accept: 'application/json' })
  return { response, browser }
}

/** The login does not start, and nobody was asked anything. */
async function refusesDomains (t: { strictSame: (a: unknown, b: unknown, c: string) => unknown }, world: World,
  names: string[]): Promise<void> {
  for (const name of names) {
    const findings = new Findings()
    const seen = world.idp.requests.length
    const { response, browser } = await start(world, name)
    findings.same({ status: response.statusCode, code: response.json().code }, {
      status: 400,
      code: 'invalid_argument'
    }, 'answer')
    findings.same(response.headers.location, undefined, 'location')
    findings.same(world.idp.requests.slice(seen).map(({ url }) => url.href), [], 'requests')
    findings.same(browser.names().filter(isTransactionCookie), [], 'transactions')
    t.strictSame(findings.problems, [], `${JSON.stringify(name.slice(0, 60))} is refused before any request`)
  }
}

scenario('DR-01 the resolver hands on the Host header', async (t, world) => {
  await refusesDomains(t, world, ['127.0.0.1', '[::1]', 'localhost', '169.254.169.254', '0x7f.1', '2130706433',
    '127.0.0.1:8080', 'localhost:3000', 'LOCALHOST', 'localhost.', '10.0.0.1', '[fd00::1]', '0', '0.0.0.0',
    '[::ffff:127.0.0.1]', 'http://169.254.169.254'])
  t.equal((await start(world, 'tenant.auth0.test')).response.statusCode, 302, 'control')
}, resolving(name => name))

scenario('DR-02 the resolver returns what is no bare name', async (t, world) => {
  await refusesDomains(t, world, ['a.test/@evil', 'a.test#', 'a.test?x', 'user@a.test', 'a.test:22', '',
    'a'.repeat(300), `${'a'.repeat(64)}.test`, 'a..test', '.test', 'a.test\n', 'a.test\\evil', 'a.test%2f', 'a test',
    'https://a.test/path', 'ftp://a.test', 'a.test:', 'a.test;x', '-a.test', 'a_.test', 'javascript:1'])
  t.equal((await start(world, 'tenant.auth0.test')).response.statusCode, 302, 'control')
}, resolving(name => name))

for (
  const [what, value] of Object.entries({
    null: null,
    undefined: () => {},
    'a number': 7,
    'an object': { domain: 'tenant.auth0.test' },
    'two values': ['tenant.auth0.test', 'other.auth0.test']
  })
) {
  scenario(`DR-02 the resolver returns ${what}`, async (t, world) => {
    await refusesDomains(t, world, ['x'])
  }, resolving(() => typeof value === 'function' ? undefined : value))
}

t.test('DR-03 an allowed name resolves to a private address', async t => {
  const lookup = dns.lookup
  const asked: string[] = []
  t.teardown(() => {
    dns.lookup = lookup
  })
  for (
    const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '192.168.1.1', '::1', 'fd00::1', '100.64.0.1',
      '0.0.0.0', '::ffff:127.0.0.1']
  ) {
    const stub = (name: string, options: { all?: boolean } | ((...args: unknown[]) => void),
      done?: (...args: unknown[]) => void) => {
      const callback = typeof options === 'function' ? options : done
      asked.push(name)
      const family = address.includes(':') ? 6 : 4
      if (typeof options === 'object' && options.all) callback?.(null, [{ address, family }])
      else callback?.(null, address, family)
    }
    dns.lookup = stub as unknown as typeof dns.lookup
    await inWorld(t, resolving(name => name, { customFetch: undefined }), async world => {
      const { response } = await start(world, 'rebound.auth0.test')
      t.equal(response.statusCode, 502, address)
      t.equal(response.json().code, 'network_error')
      t.ok(world.logLines.some(line => line.includes('private_address')), `${address} is refused at connect`)
    })
    if (address !== '127.0.0.1') continue
    await inWorld(t, resolving(name => name, { customFetch: undefined, allowPrivateDomains: true }), async world => {
      const { response } = await start(world, 'rebound.auth0.test')
      t.equal(response.statusCode, 502, 'nobody listens')
      t.notOk(world.logLines.some(line => line.includes('private_address')), 'control: the option lets it connect')
    })
  }
  t.ok(asked.length > 0)
})

for (
  const [what, resolve, status, code] of [
    ['throws', () => {
      throw new Error('resolver-canary failed')
    }, 500, 'configuration_error'],
    ['rejects', async () => {
      throw new Error('resolver-canary failed')
    }, 500, 'configuration_error'],
    ['refuses the request', () => {
      throw new ForbiddenError('unknown_tenant', 'No.')
    }, 403, 'unknown_tenant'],
    ['hangs', () => new Promise(() => {}), 504, 'timeout'],
    ['returns two values', () => ['a.auth0.test', 'b.auth0.test'], 400, 'invalid_argument']
  ] as const
) {
  scenario(`DR-04 the resolver ${what}`, async (t, world) => {
    const started = Date.now()
    const answers = await Promise.all([start(world, 'x').then(({ response }) => response),
      world.browser().navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' }), world.browser().call('/private')])
    t.ok(Date.now() - started < 15_000, 'within the timeout')
    t.equal(answers[0].statusCode, status)
    t.equal(answers[0].json().code, code)
    t.strictSame(answers.slice(1).map(({ statusCode }) => statusCode), [status, 401])
    for (const answer of answers) {
      t.notMatch(answer.body, /resolver-canary/)
      t.notMatch(answer.headers.location, /auth0/, 'no default tenant')
    }
    t.equal(world.idp.requests.length, 0)
  }, resolving(resolve as () => unknown, { httpTimeout: 1 }))
}

scenario('DR-05 thousands of different names', async (t, world) => {
  const answering: AnswerDefect = (_correct, request) => {
    const issuer = `https://${request.url.host}/`
    return json(JSON.parse(JSON.stringify(metadataOf(world.idp.issuer)).replaceAll(world.idp.issuer, issuer)))
  }
  await world.during({ answers: { discovery: answering } }, async () => {
    const names = 300
    const ask = async (i: number) =>
      world.app.inject({
        url: '/auth/login',
        headers: { host: 'app.example.test', 'x-tenant': `tenant-${i}.auth0.test` }
      })
    for (let i = 0; i < names; i++) {
      const response = await ask(i)
      if (response.statusCode !== 302) t.fail(`${response.statusCode}`)
    }
    t.equal(world.idp.count('discovery'), names)
    await ask(names - 1)
    t.equal(world.idp.count('discovery'), names, 'the newest are kept')
    await ask(0)
    t.equal(world.idp.count('discovery'), names + 1, 'the oldest were forgotten: the cache is bounded')
  })
}, resolving(name => name, { discoveryCache: { maxEntries: 20 } }))

scenario('DR-05 names that do not exist are not asked for without bound', async (t, world) => {
  const failing: AnswerDefect = () => ({ status: 404, headers: {}, body: '' })
  await world.during({ answers: { discovery: failing } }, async () => {
    for (let i = 0; i < 20; i++) await start(world, 'nowhere.auth0.test')
  })
  t.ok(world.idp.count('discovery') <= 5, `${world.idp.count('discovery')} requests for one name`)
}, resolving(name => name))

t.test("DR-09 a bearer token of an issuer that is nobody's", async t => {
  const asked: string[] = []
  const options: WorldOptions = {
    ...resolving(name => name === '' ? 'tenant.auth0.test' : name, { api: { audience: 'https://api.test/' } }),
    routes: (app, world) => {
      app.get('/api', { preHandler: app.auth0.requireToken() }, async () => {
        world.runs++
        return {}
      })
    }
  }
  await inWorld(t, options, async world => {
    const fetch = world.idp.fetch
    Object.assign(world.idp, {
      fetch: (async (input, init) => {
        asked.push(String(input instanceof Request ? input.url : input))
        return await fetch(input, init)
      }) as typeof globalThis.fetch
    })
    const evil = new HostileIdp({ now: () => world.clock.now, issuer: 'https://attacker.test/' })
    const ask = (token: string) =>
      world.app.inject({ url: '/api', headers: { authorization: `Bearer ${token}`, host: 'app.example.test' } })
    for (
      const iss of ['https://attacker.test/', 'https://tenant.auth0.test.attacker.test/',
        'https://tenant.auth0.test@attacker.test/', 'http://127.0.0.1/', 7, null]
    ) {
      t.equal((await ask(evil.apiToken({ aud: 'https://api.test/', iss }))).statusCode, 401, String(iss))
    }
    t.notOk(world.idp.requests.some(({ url }) => url.host !== 'tenant.auth0.test'),
      'no request is made to the attacker')
    t.notOk(asked.some(url => url.includes('attacker')))
    t.equal((await ask(world.idp.apiToken({ aud: 'https://api.test/' }))).statusCode, 200, 'control')
  })
})

t.test("DR-09 one tenant's key vouches for no other tenant's token, at whichever it was shown first", async t => {
  const at = (name: string): string => name === '' ? 'tenant.auth0.test' : name
  await inWorld(t, {
    ...resolving(at, { api: { audience: 'https://api.test/' } }),
    routes: (app, world) => {
      app.get('/api', { preHandler: app.auth0.requireToken() }, async () => {
        world.runs++
        return {}
      })
    }
  }, async world => {
    const other = new HostileIdp({
      now: () => world.clock.now,
      issuer: 'https://b.auth0.test/',
      keys: [rsaKey('key-b')]
    })
    const isOther = ({ url }: { url: URL }): boolean => url.host === 'b.auth0.test'
    world.idp.defects = {
      answers: {
        discovery: (correct, request) => isOther(request) ? json(metadataOf(other.issuer)) : correct,
        jwks: (correct, request) => isOther(request) ? json({ keys: other.keys.map(({ jwk }) => jwk) }) : correct
      }
    }
    const ask = async (tenant: string, token: string) =>
      (await world.app.inject({
        url: '/api',
        headers: { authorization: `Bearer ${token}`, host: 'app.example.test', 'x-tenant': tenant }
      })).statusCode
    const forged = world.idp.apiToken({ aud: 'https://api.test/', iss: other.issuer })
    t.equal(await ask('', forged), 401, 'where its key is known')
    t.equal(await ask('b.auth0.test', forged), 401, 'and then where its issuer is')
    t.equal(world.runs, 0)
    const genuine = other.apiToken({ aud: 'https://api.test/' })
    t.equal(await ask('b.auth0.test', genuine), 200, 'control')
    t.equal(await ask('', genuine), 401, 'a remembered token is of its tenant alone')
    t.equal(world.runs, 1)
  })
})

const par: WorldOptions = { plugin: { pushedAuthorizationRequests: true } }

/** A login by PAR that does not start. */
function pushedAnswers (name: string,
  variants: Record<string, { answer: AnswerDefect, status: number, code?: string }>): void {
  scenario(name, async (t, world) => {
    await succeeds(t, world)
    for (const [variant, { answer, status, code }] of Object.entries(variants)) {
      const findings = new Findings()
      const browser = world.browser()
      const events = world.events.length
      const response = await world.during({ answers: { par: answer } }, () =>
        browser.navigate('/auth/login', { accept: 'application/json' }))
      findings.same(response.statusCode, status, 'status')
      const body = JSON.parse(response.body || '{}') as { code?: string }
      if (code !== undefined) findings.same(body.code, code, 'code')
      findings.check(typeof body.code === 'string', 'no code')
      findings.same(response.headers.location, undefined, 'location')
      findings.same(browser.names().filter(isTransactionCookie), [], 'transactions')
      findings.same(world.events.slice(events).map(({ type, outcome }) => `${type} ${outcome}`), ['login failure'],
        'events')
      findings.same(world.leaks(response.body), [], 'secrets')
      t.strictSame(findings.problems, [], variant)
    }
    await succeeds(t, world)
  }, par)
}

const requestUri = (value: unknown): { answer: AnswerDefect, status: number, code: string } => ({
  answer: correct => changed(correct, { request_uri: value }),
  status: 502,
  code: 'invalid_response'
})
pushedAnswers('PR-02 the request_uri of the answer', {
  missing: requestUri(undefined),
  number: requestUri(7),
  'an http URL': requestUri('http://evil.test/request'),
  'an https URL': requestUri('https://evil.test/request'),
  'javascript:': requestUri('javascript:alert(1)'),
  '10 KB': requestUri(`urn:ietf:params:oauth:request_uri:${'x'.repeat(10_000)}`),
  empty: requestUri(''),
  'with a line feed': requestUri('urn:x\r\nLocation: https://evil.test'),
  array: requestUri(['urn:x'])
})

pushedAnswers('PR-03 the status of the answer', {
  200: { answer: correct => ({ ...correct, status: 200 }), status: 502 },
  400: {
    answer: () => json({ error: 'invalid_request', error_description: 'no' }, 400),
    status: 502,
    code: 'invalid_request'
  },
  413: { answer: () => ({ status: 413, headers: {}, body: '' }), status: 502 },
  429: {
    answer: () => json({ error: 'too_many_requests' }, 429, { 'retry-after': '7' }),
    status: 503,
    code: 'too_many_requests'
  },
  'a redirect': { answer: () => ({ status: 302, headers: { location: 'https://evil.test/' }, body: '' }), status: 502 },
  'what was sent comes back': {
    answer: (_correct, request) =>
      json({ error: 'invalid_request', error_description: `no: ${request.body} ${request.form.get('client_secret')}` },
        400),
    status: 502
  }
})

scenario('PR-04 the metadata have no PAR endpoint', async (t, world) => {
  const browser = world.browser()
  const response = await browser.navigate('/auth/login', { accept: 'application/json' })
  t.equal(response.statusCode, 500)
  t.equal(response.json().code, 'configuration_error')
  t.equal(response.headers.location, undefined, 'no fallback')
  t.strictSame(browser.names(), [])
}, { ...par, idp: { metadata: { pushed_authorization_request_endpoint: undefined } } })

const details = [{ type: 'payment', amount: '10' }]
scenario('PR-06 with PAR the user cannot edit the authorization details', async (t, world) => {
  const location = await world.start(world.browser())
  t.strictSame([...new URL(location).searchParams.keys()].sort(), ['client_id', 'request_uri'],
    'the browser carries no more')
  t.strictSame(JSON.parse(String(world.idp.asked(location).get('authorization_details'))), details)
  const edited = new URL(
    await world.start(world.browser(),
      `/auth/login?authorization_details=${encodeURIComponent('[{"type":"everything"}]')}`)
  )
  t.strictSame(JSON.parse(String(world.idp.asked(edited.href).get('authorization_details'))), details)
}, { plugin: { pushedAuthorizationRequests: true, authorizationParams: { authorization_details: details } } })

scenario('PR-06 without PAR a link cannot add them either', async (t, world) => {
  const location = await world.start(world.browser(),
    `/auth/login?authorization_details=${encodeURIComponent('[{"type":"everything"}]')}`)
  t.equal(new URL(location).searchParams.get('authorization_details'), null)
})

const nested = (depth: number) => `[{"type":"x","a":${'['.repeat(depth)}${']'.repeat(depth)}}]`
for (
  const [variant, text] of Object.entries({
    'a string': '"payment"',
    'an object': '{"type":"x"}',
    'an array of strings': '["x"]',
    'no type': '[{"amount":1}]',
    '1 MB': JSON.stringify([{ type: 'x', text: 'x'.repeat(200_000) }]),
    'nested 10,000 deep': nested(10_000),
    'nested 50 deep': nested(50)
  })
) {
  scenario(`PR-07 authorization_details in the token answer: ${variant}`, async (t, world) => {
    await succeeds(t, world)
    const browser = world.browser()
    const answer: AnswerDefect = correct => ({
      ...correct,
      body: (correct.body as string).slice(0, -1) + `,"authorization_details":${text}}`
    })
    const response = await world.during({ answers: { token: answer } }, () => world.login(browser))
    t.equal(response.statusCode, 502, response.body.slice(0, 200))
    t.equal((await browser.call('/private')).statusCode, 401)
  })
}
