import { EventEmitter } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import t from 'tap'
import { InvalidArgumentError } from '../../../lib/errors.js'
import {
  appBaseOf, FastifyRequestContext, isGone, mayTouch, onceGone, protocolOf, secureOf
} from '../../../lib/plugin/request/request-context.js'
import { clientAddress } from '../../../lib/plugin/request/client-address.js'
import { isFormPost, isNavigation, isSafe } from '../../../lib/plugin/request/navigation.js'
import { requestTarget, targetInApp } from '../../../lib/plugin/request/request-target.js'
import { isRaw, isUpgrade, upgradeRequest } from '../../../lib/plugin/request/upgrade-request.js'

function request (given: object = {}): FastifyRequest {
  return { method: 'GET', url: '/', headers: {}, protocol: 'https', host: 'app.example.test', ...given } as never
}

t.test('methods that change nothing', async t => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']) t.ok(isSafe({ method }), method)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'get', '']) t.notOk(isSafe({ method }), method)
})

t.test('who waits for a page', async t => {
  const html = { accept: 'application/json, text/html;q=0.9' }
  const cases: [what: boolean, method: string, headers: object][] = [
    [true, 'GET', html], [true, 'HEAD', html], [false, 'POST', html], [false, 'OPTIONS', html],
    [false, 'GET', {}], [false, 'GET', { accept: '*/*' }],
    [true, 'GET', { 'sec-fetch-mode': 'navigate' }], [false, 'GET', { ...html, 'sec-fetch-mode': 'cors' }],
    // A script of an old browser; an app that shows pages names itself.
    [false, 'GET', { ...html, 'x-requested-with': 'XMLHttpRequest' }],
    [true, 'GET', { ...html, 'x-requested-with': 'com.example.app' }]
  ]
  for (const [what, method, headers] of cases) {
    t.equal(isNavigation(request({ method, headers })), what, `${method} ${JSON.stringify(headers)}`)
  }
})

t.test('who has sent a form', async t => {
  const form = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' }
  const cases: [what: boolean, method: string, headers: object][] = [
    [true, 'POST', form], [true, 'DELETE', form], [false, 'GET', form], [false, 'QUERY', form],
    [true, 'POST', { ...form, 'content-type': ' Multipart/Form-Data ; boundary=x' }],
    [true, 'POST', { ...form, 'content-type': 'text/plain' }],
    [false, 'POST', { ...form, 'content-type': 'text/plainer' }],
    [false, 'POST', { ...form, 'content-type': 'application/json' }],
    [false, 'POST', { accept: 'text/html' }], [false, 'POST', { ...form, accept: '*/*' }],
    [false, 'POST', { 'content-type': 'text/plain' }],
    [true, 'POST', { 'sec-fetch-mode': 'navigate' }], [false, 'POST', { ...form, 'sec-fetch-mode': 'cors' }],
    [false, 'GET', { 'sec-fetch-mode': 'navigate' }],
    [false, 'POST', { ...form, 'x-requested-with': 'XMLHttpRequest' }]
  ]
  for (const [what, method, headers] of cases) {
    t.equal(isFormPost(request({ method, headers })), what, `${method} ${JSON.stringify(headers)}`)
  }
})

t.test('the target of a request line', async t => {
  for (const [url, target] of [
    ['/a?b', '/a?b'], ['https://a.test/b?c', '/b?c'], ['HTTP://a.test', '/'], ['https://a.test?c', '/?c'],
    ['//a.test/b', '//a.test/b'], ['*', '/*'], ['b', '/b']
  ] as const) t.equal(requestTarget(url), target, url)
})

t.test('what the browser has asked for, where Fastify rewrites URLs', async t => {
  for (const [originalUrl, url, basePath, target] of [
    ['/a?b', '/a?b', '', '/a?b'], ['/de/a?b', '/a?b', '', '/de/a?b'], ['/de/a', '/a', '/base', '/de/a'],
    ['/base/a?b', '/a?b', '/base', '/a?b'], ['/base', '/', '/base', '/'], ['/base?b', '/?b', '/base', '/?b'],
    ['/based/a', '/a', '/base', '/based/a'], ['/base/a', '/base/a', '/base', '/base/a'],
    ['https://a.test/base/a', '/a', '/base', '/a']
  ] as const) t.equal(targetInApp({ originalUrl, url }, { basePath }), target, `${originalUrl} below ${basePath}`)
})

t.test("the caller's address", async t => {
  for (const ip of ['203.0.113.9', '2001:db8::1']) t.equal(clientAddress(request({ ip })), ip)
  for (const ip of ['unknown', '', undefined, 7]) t.equal(clientAddress(request({ ip })), undefined)
})

t.test('a request that Node.js handed over', async t => {
  const raw = { method: 'GET', url: '/x', headers: { host: 'a.test' }, socket: {} } as never
  const log = {} as never
  t.strictSame(upgradeRequest(raw, log), {
    raw, log, method: 'GET', url: '/x', originalUrl: '/x', headers: { host: 'a.test' }, host: 'a.test', protocol: 'http'
  })
  t.equal(upgradeRequest({ ...raw as object, socket: { encrypted: true } } as never, log).protocol, 'https')
  t.strictSame([isRaw(raw), isRaw(upgradeRequest(raw, log))], [true, false])
  t.strictSame([{ upgrade: true }, { upgrade: false }, {}].map(raw => isUpgrade(request({ raw }))),
    [true, false, false])
})

t.test('routes that prolong the session', async t => {
  t.strictSame(([undefined, false, {}, { touch: true }, { touch: false }] as const).map(mayTouch),
    [true, true, true, true, false])
})

t.test('the scheme the browser used', async t => {
  const list = { 'x-forwarded-proto': ' HTTPS , http' }
  const cases: [what: string, given: object][] = [
    ['http', { protocol: 'HTTP' }],
    ['https', { protocol: 'wss' }],
    ['http', { protocol: 'WS' }],
    ['https', { protocol: 'http', headers: { 'x-forwarded-proto': 'wss, http' }, ips: ['a', 'b'] }],
    ['wsss', { protocol: 'wsss' }],
    ['http', { protocol: 'http', headers: list }],
    ['http', { protocol: 'http', headers: { 'x-forwarded-proto': 'https' }, ips: ['a', 'b'] }],
    ['http', { protocol: 'http', headers: { 'x-forwarded-proto': ['https,http'] }, ips: ['a', 'b'] }],
    ['https', { protocol: 'http', headers: list, ips: ['a', 'b'] }],
    ['https', { protocol: 'http', headers: list, ips: ['a'] }],
    ['http', { protocol: 'http', headers: { ...list, 'x-forwarded-for': 'x' }, ips: ['a'] }],
    ['https', { protocol: 'http', headers: { ...list, 'x-forwarded-for': 'x' }, ips: ['a', 'b'] }]
  ]
  for (const [what, given] of cases) t.equal(protocolOf(request(given)), what, JSON.stringify(given))
  t.equal(protocolOf(request({ protocol: undefined })), undefined)
})

t.test('the address a request came to', async t => {
  const base = (origin: string) => ({ origin, basePath: '/x', secure: origin.startsWith('https') })
  const one = base('https://one.test')
  const two = base('https://two.test:8443')
  t.equal(appBaseOf([one], request({ host: 'elsewhere' })), one, 'the only one')
  for (const host of ['one.test', 'ONE.test', 'one.test.', 'one.test:443']) {
    t.equal(appBaseOf([two, one], request({ host })), one, host)
  }
  t.equal(appBaseOf([one, two], request({ host: 'two.test:8443' })), two)
  const odd = base('https://a~b.test')
  t.equal(appBaseOf([one, odd], request({ host: 'a~b.test' })), odd, 'spelt as in the options')
  for (const given of [{ host: 'three.test' }, { host: 'one.test:8443' }, { host: 'one.test', protocol: 'http' }]) {
    t.throws(() => appBaseOf([one, two], request(given)),
      { argument: 'host', message: 'This host is not one the application answers at.' }, JSON.stringify(given))
  }
  t.strictSame(appBaseOf([], request({ host: 'Dev.test:443' })),
    { origin: 'https://dev.test', basePath: '', secure: true })
  t.strictSame(appBaseOf([], request({ host: '[::1]:3000', protocol: 'http' })),
    { origin: 'http://[::1]:3000', basePath: '', secure: false })
  for (const host of ['', 'a b', 'a@b', 'a/b', '.a', 'a:0', 'a:123456', 'a:99999']) {
    t.throws(() => appBaseOf([], request({ host })),
      { argument: 'host', message: 'The request has no usable host.' }, host)
  }
  for (const protocol of ['', 'cross-site', 'https://evil.test/?', 'ftp', 'javascript', undefined]) {
    const given = request({ host: 'one.test', protocol })
    for (const bases of [[], [one, two]]) t.throws(() => appBaseOf(bases, given), InvalidArgumentError, protocol ?? '')
  }
  t.equal(appBaseOf([one, two], request({ host: 'one.test', protocol: 'wss' })), one, 'the handshake of a WebSocket')
  const secures = (...origins: string[]) => secureOf(origins.map(base))(request({ protocol: 'http' }))
  t.strictSame([secures('https://a'), secures('https://a', 'https://b'), secures('http://a')], [true, true, false])
  t.strictSame([secures('https://a', 'http://b'), secures()], [false, false])
  t.equal(secureOf([])(request()), true)
})

t.test('who has gone away', async t => {
  const reply = (raw: object) => ({ raw: Object.assign(new EventEmitter(), raw) }) as unknown as FastifyReply
  t.strictSame([{ destroyed: true }, { destroyed: false }, { destroyed: false, stream: { destroyed: true } },
    { destroyed: true, stream: { destroyed: false } }].map(raw => isGone(reply(raw))), [true, false, true, false])
  let gone = 0
  onceGone(reply({ destroyed: true }), () => gone++)
  t.equal(gone, 1)
  const open = reply({ destroyed: false })
  onceGone(open, () => gone++)
  t.equal(gone, 1)
  open.raw.emit('close')
  open.raw.emit('close')
  t.equal(gone, 2)
})

interface Given {
  config?: object
  sessions?: object
  request?: object
  reply?: FastifyReply
  writable?: boolean
  touches?: boolean
}

/** A context of a request, and what its jar was given to keep up. */
function contextOf (given: Given = {}): { context: FastifyRequestContext, kept: unknown[], asked: string[] } {
  const kept: unknown[] = []
  const asked: string[] = []
  const servers = {
    get: (issuer: string) => {
      asked.push(issuer)
      return { issuer }
    }
  }
  const config = { httpTimeout: 1, appBases: [], authorizationParams: {}, ...given.config }
  const jar = { writable: given.writable ?? true, keepUp: (session: unknown) => kept.push(session) }
  return {
    context: new FastifyRequestContext({ config, servers, sessions: given.sessions ?? {} } as never,
      request(given.request), given.reply, jar as never, given.touches),
    kept,
    asked
  }
}

t.test('the browser is brought up to date with the session that was read', async t => {
  t.strictSame(contextOf().kept, [], 'not where sessions are in a store')
  t.match(contextOf().context, { session: null, untouched: false, bearerToken: undefined, resource: undefined })
  const ids: unknown[] = []
  const { context, kept } = contextOf({ sessions: { catchUp: (_jar: unknown, id: unknown) => ids.push(id) } })
  t.strictSame(kept, [context])
  for (const session of [null, undefined, Promise.resolve(undefined), { record: { id: 'own' } }]) {
    context.session = session as never
    context.catchUp()
  }
  t.strictSame(ids, ['own'])
})

t.test('what flows learn of a request', async t => {
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }
  const sent = (headers: object) => contextOf({ request: { headers } }).context.isSentByOtherSite
  const others = [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-mode': 'cors' }]
  t.strictSame([{}, ...others].map(other => sent({ ...link, ...other })), [true, false, false])
  t.equal(contextOf({ request: { url: 'https://a.test/b' } }).context.url, '/b')
  t.strictSame([contextOf({ touches: false }), contextOf({ touches: true }), contextOf(),
    contextOf({ request: { routeOptions: {} } }),
    contextOf({ request: { routeOptions: { config: { auth0: { touch: false } } } } })
  ].map(({ context }) => context.touches), [false, true, true, true, false])
  const route = { config: { auth0: { touch: false } } }
  const { context } = contextOf({ request: { routeOptions: route } })
  t.equal(context.touches, false)
  route.config.auth0.touch = true
  t.equal(context.touches, false, 'it is found out once')

  const headers: string[] = []
  const reply = { header: (name: string, value: string) => headers.push(`${name}: ${value}`) } as never
  contextOf({ reply }).context.setHeader('a', 'b')
  contextOf({ reply, writable: false }).context.setHeader('c', 'd')
  t.strictSame(headers, ['a: b'])

  t.equal(contextOf().context.gone().aborted, false)
  t.equal(contextOf({ reply: { raw: { destroyed: true } } as never }).context.gone().aborted, true)
})

t.test("the tenant's server: fixed, or asked for once", async t => {
  const fixed = contextOf({ config: { issuer: 'https://fixed.test/' } })
  t.equal(fixed.context.server(), fixed.context.server())
  t.strictSame(fixed.asked, ['https://fixed.test/'])

  const reply = {} as FastifyReply
  const seen: FastifyRequest[] = []
  const { context, asked } = contextOf({
    reply,
    config: {
      async resolveDomain (given: FastifyRequest) {
        seen.push(given)
        return 'asked.test'
      }
    }
  })
  t.equal(context.server(), context.server())
  t.match(await context.server(), { issuer: 'https://asked.test/' })
  t.not(context.server() instanceof Promise, true, 'no longer a promise')
  t.strictSame([seen.length, asked], [1, ['https://asked.test/']])
  const given = seen[0] as FastifyRequest & { request?: unknown, reply?: unknown }
  t.strictSame([given.request === given, given.reply === reply], [true, true])
  t.strictSame(Object.keys(given), Object.keys(request()), 'its new members are not listed')
  t.ok(delete given.reply)

  for (const [error, wanted] of [
    [new Error('on purpose'), { option: 'domain', message: /The "domain" function failed/ }],
    [new InvalidArgumentError('x', 'Own.'), { code: 'invalid_argument', message: /Own/ }]
  ] as const) {
    await t.rejects((async () => await contextOf({
      config: { resolveDomain: async () => { throw error } }
    }).context.server())(), wanted)
  }
})

t.test('a member that another plugin gave the request stays', async t => {
  let seen: unknown
  await contextOf({
    request: { reply: 'own' },
    config: {
      async resolveDomain (given: { reply: unknown }) {
        seen = given.reply
        return 'asked.test'
      }
    }
  }).context.server()
  t.equal(seen, 'own')
})

t.test('the organization and the parameters of a request', async t => {
  let calls = 0
  const params = async () => {
    calls++
    return { organization: 'org_params' }
  }
  const { context } = contextOf({ config: { authorizationParams: params } })
  t.strictSame([await context.organization(), await context.organization()], ['org_params', 'org_params'])
  t.equal(calls, 1)
  t.equal(await contextOf({ config: { organization: 'org_own', authorizationParams: params } }).context.organization(),
    'org_own')
  t.equal(calls, 1, 'not asked without need')
  t.equal(await contextOf({ config: { organization: async () => 'org_asked' } }).context.organization(), 'org_asked')
  t.equal(await contextOf({ config: { organization: () => undefined, authorizationParams: { organization: null } } })
    .context.organization(), undefined)
})
