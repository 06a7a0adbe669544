import t from 'tap'
import { builtInPages } from '../plugin/routes/built-in-pages.js'
import { problemsOf } from './axe.js'
import { inChromium, startedBrowser } from './chromium.js'

const shots = process.env.SCREENSHOTS

t.test('the built-in pages are accessible, dark and light, on the smallest screen too', inChromium, async t => {
  const browser = await startedBrowser()
  const long = 'Donaudampfschifffahrtsgesellschaftskapitänskajüte'
  const pages = {
    ...await builtInPages(t),
    ...Object.fromEntries(Object.entries(await builtInPages(t, {
      pages: { texts: { lang: 'de', loginFailed: long, tryAgain: long, logOut: long, stayLoggedIn: long } }
    })).map(([name, html]) => [`long-${name}`, html]))
  }
  for (const [name, html] of Object.entries(pages)) {
    const shot = (scheme: string): string | undefined => shots && `${shots}/built-in-${name}-${scheme}.png`
    t.strictSame(await problemsOf(browser, html, undefined, shot), [], name)
  }
})
