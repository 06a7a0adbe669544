import t from 'tap'
import {
  answerPage, comeAgainPage, confirmLogoutPage, errorPage, escape, formNotSavedPage, link, notBoundPage
} from '../../../lib/plugin/routes/error-page.js'
import { DEFAULT_TEXTS } from '../../../lib/plugin/routes/page-texts.js'

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
