import t from 'tap'
import { loginAgain, loginBack, loginForForm, loginPath, waysOn } from '../../../lib/plugin/request/ways-on.js'

const bases = [{ origin: 'https://a.test', basePath: '/b', secure: true }]
const context = (routes: object = { login: '/in', logout: '/out' }, appBases: object[] = bases) =>
  ({ config: { routes, prefix: '/p', appBases } }) as never
const request = (headers: object = {}, host = 'a.test', url = '/', originalUrl = url) =>
  ({ url, originalUrl, headers, host, protocol: 'https', log: { warn () {}, info () {} } }) as never
const back = (place: string) => `/b/p/in?returnTo=${encodeURIComponent(place)}`

t.test('the login that leads back', async t => {
  t.equal(loginPath(context(), request()), '/b/p/in')
  for (const [asked, expected] of [
    ['/x?y=1', back('/x?y=1')], ['x', back('/x')], ['//evil.test/x', back('/evil.test/x')], ['\\/x', back('/x')],
    ['', back('/')], ['/in\\x', back('/in/x')], ['/p/in?returnTo=/x', '/b/p/in']
  ] as const) t.equal(loginBack(context(), request({}, 'a.test', asked)), expected, asked)
  t.equal(loginBack(context(), request({}, 'a.test', '/x', '/b/x')), back('/x'), 'before it was rewritten')
  t.equal(loginBack(context({}), request()), undefined)
  t.equal(loginPath(context({}), request()), undefined)
})

t.test('the login again, for the place of an earlier one', async t => {
  for (const [place, expected] of [
    [undefined, back('/')], ['/b/x', back('/x')], ['/other', back('https://a.test/other')]
  ] as const) t.equal(loginAgain(context(), request(), place), expected, String(place))
  t.equal(loginAgain(context({}), request(), '/b/x'), undefined)
})

t.test('the login for a form leads to the page with the form', async t => {
  for (const [referer, expected] of [
    ['https://a.test/b/form?x=1#y', back('/form?x=1')], ['https://a.test/other', back('https://a.test/other')],
    ['https://evil.test/b/form', back('/')], ['no URL', back('/')], [undefined, back('/')]
  ] as const) t.equal(loginForForm(context(), request({ referer })), expected, String(referer))
})

t.test('the ways on of a page', async t => {
  t.strictSame(waysOn(context(), request()),
    { home: '/b/', login: '/b/p/in', logout: '/b/p/out', origin: 'https://a.test' })
  t.strictSame(waysOn(context({}), request()),
    { home: '/b/', login: undefined, logout: undefined, origin: 'https://a.test' })
  const two = [...bases, { origin: 'https://c.test', basePath: '', secure: true }]
  t.strictSame(waysOn(context(undefined, two), request({}, 'evil.test')),
    { home: '/', login: '/p/in', logout: '/p/out', origin: undefined }, 'a host that is not allowed')
})
