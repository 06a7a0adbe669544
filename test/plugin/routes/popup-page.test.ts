import t from 'tap'
import { DEFAULT_TEXTS } from '../../../lib/plugin/routes/page-texts.js'
import { loggedInPage } from '../../../lib/plugin/routes/popup-page.js'

t.test('the last page of a popup, and what may run there', async t => {
  const popup = loggedInPage(DEFAULT_TEXTS, 'https://a.test', '/next?"')
  t.match(popup.page, '<body data-origin="https://a.test" data-outcome="success" data-next="/next?&quot;">')
  t.match(popup.policy, /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src /)
  t.match(popup.page, /<script>[^<]+<\/script><\/body>/)
})
