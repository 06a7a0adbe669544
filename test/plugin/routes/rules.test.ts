import t from 'tap'
import {
  ApiError, Auth0Error, ForbiddenError, OrganizationTokenValidationError, RateLimitError, SessionStoreError,
  TokenValidationError
} from '../../../lib/errors.js'
import { publicError, sayWhenToComeBack } from '../../../lib/plugin/routes/answer-error.js'
import {
  answerPage, comeAgainPage, confirmLogoutPage, errorPage, escape, formNotSavedPage, link, notBoundPage
} from '../../../lib/plugin/routes/error-page.js'
import { DEFAULT_TEXTS, messageIn, textsFor } from '../../../lib/plugin/routes/page-texts.js'
import { loginAtOwnAddress } from '../../../lib/plugin/routes/own-address.js'
import { loggedInPage } from '../../../lib/plugin/routes/popup-page.js'
import { answerPrefetch, isPrefetch } from '../../../lib/plugin/routes/prefetch.js'
import { queryOf, single } from '../../../lib/plugin/routes/query.js'
import { reportFailure } from '../../../lib/plugin/routes/report.js'
import { isEmbedded, isForeignRead, isOwnNavigation, isSameOrigin } from '../../../lib/plugin/routes/same-origin.js'

const bases = [{ origin: 'https://app.example.com', basePath: '', secure: true }]
const asked = (headers: object) => ({ headers, raw: { headers } }) as never

t.test('which requests come from the application itself', async t => {
  const own = 'https://app.example.com'
  for (const [headers, same, foreign] of [
    [{}, false, false], [{ 'sec-fetch-site': 'same-origin' }, true, false], [{ 'sec-fetch-site': 'none' }, true, false],
    [{ 'sec-fetch-site': 'same-site' }, false, true], [{ 'sec-fetch-site': 'cross-site' }, false, true],
    [{ 'sec-fetch-site': 'cross-site', origin: own }, false, true], [{ origin: own }, true, false],
    [{ origin: 'https://evil.test' }, false, true], [{ origin: 'null' }, false, true],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, true, false]
  ] as const) {
    t.strictSame([isSameOrigin(bases, asked(headers)), isForeignRead(bases, asked(headers))], [same, foreign],
      JSON.stringify(headers))
  }
  for (const [site, mode, dest, embedded, navigates] of [
    ['cross-site', 'navigate', 'document', false, false], ['cross-site', 'navigate', undefined, false, false],
    ['cross-site', 'navigate', 'iframe', true, false], ['cross-site', 'no-cors', 'image', true, false],
    ['same-site', 'navigate', 'document', false, true], ['same-site', 'cors', 'empty', true, false],
    ['same-site', undefined, undefined, true, true], ['same-origin', 'cors', 'empty', false, true],
    ['same-origin', 'navigate', 'iframe', false, true], ['none', 'navigate', 'document', false, true],
    ['none', 'cors', undefined, false, false], ['none', undefined, undefined, false, true],
    ['cross-site', undefined, undefined, true, false], [undefined, 'navigate', 'iframe', false, false]
  ] as const) {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }
    t.strictSame([isEmbedded(asked(headers)), isOwnNavigation(bases, asked(headers))], [embedded, navigates],
      JSON.stringify(headers))
  }
  for (const [referer, is] of [[`${own}/x`, true], ['https://evil.test/', false], ['x', false], [undefined,
    false]] as const) {
    t.equal(isOwnNavigation(bases, asked({ referer })), is, String(referer))
  }
})

t.test('guesses of browsers and scripts', async t => {
  for (const name of ['sec-purpose', 'purpose', 'x-sec-purpose', 'x-purpose', 'x-moz']) {
    for (const value of ['prefetch', 'prefetch;prerender', 'Preview']) t.ok(isPrefetch(asked({ [name]: value })), name)
    for (const value of ['', 'other', 'xprefetch']) t.notOk(isPrefetch(asked({ [name]: value })), `${name}: ${value}`)
  }
  for (const name of ['sec-speculation-tags', 'next-router-prefetch', 'hx-preloaded']) {
    t.ok(isPrefetch(asked({ [name]: '' })), name)
  }
  t.notOk(isPrefetch(asked({})))
  let code = 0
  const reply = { code: (given: number) => { code = given; return reply }, send: () => reply }
  answerPrefetch(reply as never)
  t.equal(code, 403)
})

t.test('queries', async t => {
  const query = queryOf({ url: '/x?a=1&a=2&b=3&c=&d[]=4?e' } as never)
  t.strictSame(['a', 'b', 'c', 'd[]', 'e'].map(name => single(query, name)), [undefined, '3', undefined, '4?e',
    undefined])
  t.equal(queryOf({ url: '/x' } as never).size, 0)
})

t.test('what an error says to the outside', async t => {
  const upstream = 'The identity provider could not be reached or could not help. Please try again.'
  const broken = 'Something went wrong in this application.'
  const own = (statusCode: number) => new Auth0Error('own words', { code: 'c', statusCode })
  const api = (statusCode: number, status: number) => new ApiError({
    code: 'c',
    message: 'own words',
    statusCode,
    status
  })
  const thrown = (statusCode: number, code?: string) => Object.assign(new Error('internal'), { statusCode, code })
  for (const [error, statusCode, code, message] of [
    [new OrganizationTokenValidationError('org_id', 'x'), 403, 'organization_token_validation_error',
      'The login was for another organization than the one that was asked for.'],
    [new TokenValidationError('expired', 'x'), 502, 'token_validation_error',
      'The identity provider answered with a token that cannot be trusted.'],
    [new SessionStoreError('x'), 503, 'session_store_error',
      'The sessions of this application cannot be reached at the moment. Please try again.'],
    [own(499), 499, 'c', 'own words'], [own(500), 500, 'c', broken], [own(502), 502, 'c', upstream],
    [own(503), 503, 'c', upstream], [own(504), 504, 'c',
      'The identity provider did not answer in time. Please try again.'],
    [api(502, 0), 502, 'c', 'own words'], [api(502, 500), 502, 'c', upstream], [api(403, 403), 403, 'c', 'own words'],
    [new Error('internal'), 500, 'internal_error', broken], [undefined, 500, 'internal_error', broken],
    [thrown(399), 500, 'internal_error', broken], [thrown(400, 'FST_X'), 400, 'fst_x', 'Bad Request'],
    [thrown(404), 404, 'bad_request', 'Not Found'], [thrown(499), 499, 'bad_request', 'The request cannot be used.'],
    [thrown(500), 500, 'internal_error', broken], [thrown(600), 500, 'internal_error', broken],
    [thrown(503), 503, 'service_unavailable', 'The application cannot answer at the moment. Please try again.'],
    [thrown(599), 599, 'unexpected_response', 'The application cannot answer at the moment. Please try again.']
  ] as const) t.strictSame(publicError(error), { statusCode, code, message }, `${statusCode} ${code}`)
  const wait = (error: unknown) => {
    let said: unknown
    sayWhenToComeBack(error, { header: (...all: unknown[]) => { said = all } } as never)
    return said
  }
  const limited = (retryAfter: number | undefined) =>
    new RateLimitError({ code: 'c', message: 'm', resetAt: -1, retryAfter } as never)
  t.strictSame(wait(limited(undefined)), ['retry-after', '5'])
  t.strictSame(wait(limited(1.2)), ['retry-after', '2'])
  t.equal(wait(new SessionStoreError('x')) === undefined, new SessionStoreError('x').retryAfter === undefined)
  t.equal(wait(new Error('x')), undefined)
})

t.test('texts of the pages', async t => {
  const lines: unknown[] = []
  const request = { log: { error: (...all: unknown[]) => lines.push(all) } } as never
  t.equal(textsFor({ pages: undefined } as never, request), DEFAULT_TEXTS)
  t.match(textsFor({ pages: { texts: { home: 'Start', lang: 5, unknown: 'x' } } } as never, request),
    { home: 'Start', lang: 'en', unknown: undefined })
  t.strictSame(textsFor({ pages: {} } as never, request), DEFAULT_TEXTS)
  t.match(textsFor({ pages: () => ({ texts: { home: 'Start' } }) } as never, request), { home: 'Start' })
  t.strictSame(textsFor({ pages: () => undefined } as never, request), DEFAULT_TEXTS)
  t.strictSame(lines, [])
  t.equal(textsFor({ pages: async () => { throw new Error('x') } } as never, request), DEFAULT_TEXTS)
  t.equal(textsFor({ pages: () => { throw new Error('x') } } as never, request), DEFAULT_TEXTS)
  t.match(lines, [[{ err: { message: 'It must return the texts, not a promise.' } }, /"pages" failed/],
    [{ err: { message: 'x' } }, /"pages" failed/]])
  t.strictSame([DEFAULT_TEXTS.lang, DEFAULT_TEXTS.dir, DEFAULT_TEXTS.home, DEFAULT_TEXTS.code, DEFAULT_TEXTS.reference,
    DEFAULT_TEXTS.goOn], ['en', 'ltr', 'Home', 'Code', 'Reference', 'Continue'])
  const texts = { ...DEFAULT_TEXTS, messages: { a: 'A', b: 5 as never } }
  t.strictSame(['a', 'b', 'c', 'toString'].map(code => messageIn(texts, code, 'own')), ['A', 'own', 'own', 'own'])
  t.equal(messageIn({ ...texts, messages: undefined as never }, 'a', 'own'), 'own')
})

t.test('pages: titles, links and what may run', async t => {
  const about = {
    statusCode: 400,
    code: 'c',
    message: '<m>',
    reference: 'r',
    home: '/h',
    retry: undefined,
    logout: undefined
  }
  const title = (changes: object) => /<h1>(.*?)<\/h1>/.exec(errorPage(DEFAULT_TEXTS, { ...about, ...changes }).page)![1]
  for (const [statusCode, code, text] of [
    [400, 'c', 'loginFailed'], [403, 'c', 'accessDenied'], [403, 'access_denied', 'loginFailed'], [499, 'c',
      'loginFailed'],
    [500, 'c', 'notWorking'], [503, 'access_denied', 'notWorking']
  ] as const) t.equal(title({ statusCode, code }), DEFAULT_TEXTS[text], `${statusCode} ${code}`)
  const links = (page: string) => [...page.matchAll(/<a( class="first")? href="(.*?)">(.*?)<\/a>/g)].map(([, first,
    href, text]) =>
    `${first === undefined ? '' : '*'}${href} ${text}`)
  t.strictSame(links(errorPage(DEFAULT_TEXTS, about).page), ['/h Home'])
  t.strictSame(links(errorPage(DEFAULT_TEXTS, { ...about, retry: '/r?a&b', logout: '/l' }).page),
    ['*/r?a&amp;b Try again', '/l Use another account', '/h Home'])
  const form = { code: 'c', reason: 'why', home: '/h', login: undefined }
  t.strictSame(links(formNotSavedPage(DEFAULT_TEXTS, form).page), ['/h Home'])
  t.strictSame(links(formNotSavedPage(DEFAULT_TEXTS, { ...form, login: '/in' }).page), ['*/in Log in', '/h Home'])
  t.strictSame(links(notBoundPage(DEFAULT_TEXTS, { login: '/in', home: '/h' }).page), ['*/in Log in', '/h Home'])
  t.strictSame(links(notBoundPage(DEFAULT_TEXTS, { login: undefined, home: '/h' }).page), ['/h Home'])
  t.match(notBoundPage({ ...DEFAULT_TEXTS, messages: { session_not_bound: 'own' } }, {
    login: undefined,
    home: '/h'
  }).page, '<p>own</p>')
  const again = comeAgainPage(DEFAULT_TEXTS, '/x?a&b').page
  t.match(again, '<meta http-equiv="refresh" content="0;url=/x?a&amp;b">')
  t.strictSame(links(again), ['*/x?a&amp;b Continue'])
  const logout = confirmLogoutPage(DEFAULT_TEXTS, '/out', '/h', { a: '"', b: '' }).page
  t.match(logout, '<form method="post" action="/out"><input type="hidden" name="a" value="&quot;">' +
    '<input type="hidden" name="b" value=""><button class="first">Log out</button></form>')
  t.strictSame(links(logout), ['/h Stay logged in'])
  t.equal(link('/x', '<y>'), '<a href="/x">&lt;y&gt;</a>')
  t.equal(escape('&<>"\''), '&amp;&lt;&gt;&quot;&#39;')
  const { policy, page } = errorPage(DEFAULT_TEXTS, about)
  t.match(policy, /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/)
  t.match(page, /^<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8">/)
  t.notMatch(page, '<script>')
  const popup = loggedInPage(DEFAULT_TEXTS, 'https://a.test', '/next?"')
  t.match(popup.page, '<body data-origin="https://a.test" data-outcome="success" data-next="/next?&quot;">')
  t.match(popup.policy, /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src /)
  t.match(popup.page, /<script>[^<]+<\/script><\/body>/)
  const sent: unknown[] = []
  const reply: Record<string, unknown> = {}
  for (const name of ['code', 'headers', 'type', 'serializer', 'send']) {
    reply[name] = (value: unknown) => {
      sent.push([name, typeof value === 'function' ? (value as (text: string) => unknown)('as it is') : value])
      return reply
    }
  }
  answerPage(reply as never, 418, { page: 'p', policy: 'q' })
  t.strictSame(sent, [['code', 418], ['headers', {
    'content-security-policy': 'q',
    'x-content-type-options': 'nosniff'
  }],
  ['type', 'text/html; charset=utf-8'], ['serializer', 'as it is'], ['send', 'p']])
})

t.test('a login at another name of the same host begins at the own address', async t => {
  const at = (hostname: string, origins: string[], url = '/in?a=1') => loginAtOwnAddress({
    appBases: origins.map(origin => ({ origin, basePath: '/b', secure: true })), prefix: '/p', routes: { login: '/in' }
  } as never, { hostname, url } as never)
  const own = 'https://app.example.com'
  t.equal(at('www.app.example.com', [own]), `${own}/b/p/in?a=1&moved=1`)
  t.equal(at('WWW.app.example.com', [own]), `${own}/b/p/in?a=1&moved=1`)
  t.equal(at('example.com', ['https://www.example.com']), 'https://www.example.com/b/p/in?a=1&moved=1')
  t.equal(at('127.0.0.1', ['http://localhost:3000']), 'http://localhost:3000/b/p/in?a=1&moved=1')
  for (const [hostname, origins, url] of [
    ['app.example.com', [own]], ['', [own]], ['other.example.com', [own]], ['localhost', [own]],
    ['www.app.example.com', []],
    ['127.0.0.1', [own]], ['www.app.example.com', [own, 'https://b.test']], ['www.app.example.com', [own], '/in?moved'],
    ['app.example.com', ['http://localhost']]
  ] as [string, string[], string?][]) t.equal(at(hostname, origins, url), undefined, `${hostname} ${origins}`)
})

t.test('what is reported of a failure', async t => {
  const told: unknown[] = []
  const report = (config: object, type?: 'logout') => reportFailure({
    config,
    emit: (...all: unknown[]) => told.push(all)
  } as never,
  { id: 'r', log: 'log' } as never, new ForbiddenError('x', 'y'), type)
  report({ domain: 'd' })
  report({}, 'logout')
  const event = { outcome: 'failure', reason: 'x', blame: 'user', requestId: 'r' }
  t.match(told, [[{ type: 'login', ...event, domain: 'd' }, 'log', ForbiddenError], [{ type: 'logout', ...event },
    'log']])
  t.notOk('domain' in (told[1] as [object])[0])
})
