import t from 'tap'
import { DEFAULT_TEXTS } from '../../../lib/plugin/routes/page-texts.js'
import type { PageTexts } from '../../../types/index.js'
import { Site, site } from '../../flows/site.js'
import { builtInPages } from './built-in-pages.js'

const { lang, dir, messages, ...sentences } = DEFAULT_TEXTS

/** Each sentence as its own name, with what HTML would take for markup. */
const marked: Partial<PageTexts> = Object.fromEntries(Object.keys(sentences).map(name => [name, `<«${name}»>`]))
const german: Partial<PageTexts> = {
  ...marked,
  lang: 'de',
  messages: { access_denied: 'Sie haben abgebrochen.', insufficient_claims: 'Das dürfen nur andere.' }
}

t.test('texts take the place of each sentence of every page', async t => {
  for (const pages of [{ texts: german }, () => ({ texts: german })]) {
    const found = await builtInPages(t, { pages })
    const all = Object.values(found).join('\n')
    t.strictSame(Object.keys(sentences).filter(name => !all.includes(`&lt;«${name}»&gt;`)), [], 'each is used')
    t.strictSame(Object.values(sentences).filter(text => new RegExp(`>${text.replace('?', '\\?')}<`).test(all)), [])
    t.notMatch(all, '<«')
    for (const [name, page] of Object.entries(found)) t.match(page, '<html lang="de" dir="ltr">', name)
    t.match(found.cancelled, '<p>Sie haben abgebrochen.</p>')
    t.match(found.forbidden, '<p>Das dürfen nur andere.</p>')
    t.match(found.away, 'could not be reached', 'what has no sentence stays English')
  }
})

t.test('without texts the pages are English', async t => {
  for (const pages of [undefined, {}, { texts: {} }, () => undefined, () => ({})]) {
    const found = await builtInPages(t, { pages } as never)
    for (const [name, page] of Object.entries(found)) t.match(page, '<html lang="en" dir="ltr">', name)
    t.match(found.cancelled, '<p>User &lt;b&gt;did not&lt;/b&gt; authorize.</p>')
    t.match(found.logout, 'Please confirm that you want to log out')
  }
})

t.test('a function chooses by the request', async t => {
  const languages: Record<string, Partial<PageTexts>> = { de: german, ar: { lang: 'ar', dir: 'rtl' } }
  const pages = ({ headers }: { headers: Record<string, unknown> }) =>
    ({ texts: languages[String(headers['accept-language'])] })
  for (const [language, start] of [['de', 'lang="de" dir="ltr"'], ['ar', 'lang="ar" dir="rtl"'], ['fr', 'lang="en"']]) {
    const found = await builtInPages(t, { pages }, { 'accept-language': language! })
    for (const [name, page] of Object.entries(found)) t.match(page, `<html ${start}`, name)
  }
})

t.test('a function that fails, or answers with something else, does not keep a page from being shown', async t => {
  const bad: Record<string, () => unknown> = {
    throws: () => { throw new Error('no such language') },
    'a promise': async () => ({ texts: german }),
    'a promise that fails': async () => { throw new Error('no such language') },
    'a string': () => 'de',
    'texts that are none': () => ({ texts: { home: 7, tryAgain: null, lang: {}, messages: 'x', toString: 'x' } }),
    'messages that are none': () => ({ texts: { messages: { access_denied: 7 } } }),
    'no messages': () => ({ texts: { messages: null } })
  }
  for (const [name, pages] of Object.entries(bad)) {
    const s = await site(t, { pages } as never)
    const browser = s.browser()
    const page = await browser.navigate(s.tenant.callback(await s.start(browser), { error: 'access_denied' }))
    t.equal(page.statusCode, 403, name)
    t.match(page.body, '<html lang="en" dir="ltr">', name)
    t.match(page.body, '>Home</a>', name)
    t.match(page.body, '>Try again</a>', name)
    t.equal(s.logs.some(line => line.includes('option \\"pages\\" failed')), /throws|promise/.test(name), name)
  }
})

t.test('texts are checked at registration', async t => {
  const cases: [pages: unknown, option: string, told: RegExp][] = [
    ['de', 'pages', /must be an object or a function; got a string of 2/],
    [{ text: {} }, 'pages.text', /is not known\..*"texts"/],
    [{ texts: { tryagain: 'x' } }, 'pages.texts.tryagain', /is not known\..*"tryAgain"/],
    [{ texts: { home: 7 } }, 'pages.texts.home', /must be a non-empty string; got a number/],
    [{ texts: { dir: 'up' } }, 'pages.texts.dir', /one of 'ltr', 'rtl'/],
    [{ texts: { messages: [] } }, 'pages.texts.messages', /an object of sentences by error code/],
    [{ texts: { messages: { x: 1 } } }, 'pages.texts.messages.x', /a non-empty string/]
  ]
  for (const [pages, option, message] of cases) {
    const s = new Site({ pages } as never)
    await t.rejects(Promise.resolve(s.app.ready()), { code: 'configuration_error', option, message })
    await s.app.close()
  }
})
