import t from 'tap'
import { closed, inChromium, Tabs } from './chromium.js'
import { cookieSite } from './cookie-site.js'

t.test('logins in a popup, in Chromium', inChromium, async t => {
  const opener = `<!doctype html><button>Log in</button><output></output><script>
    document.querySelector('button').onclick = () => open('/auth/login?display=popup', 'login', 'popup')
    onmessage = ({ origin, data }) => {
      document.querySelector('output').textContent = origin + ' ' + JSON.stringify(data)
    }</script>`
  const site = await cookieSite(t, 'localhost', {}, {
    routes: { '/opener': async (_request, reply) => await reply.type('text/html').send(opener) }
  })
  const tabs = await Tabs.open(t)
  const page = await tabs.add()
  await page.goto(`${site.url}/opener`)
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button').click()])
  await closed(opened)
  await page.locator('output', { hasText: 'success' }).waitFor()
  t.equal(await page.locator('output').innerText(),
    `${site.url} {"source":"fastify-auth0","type":"login","outcome":"success"}`, 'the opener is told')

  await page.goto(`${site.url}/auth/login?display=popup&returnTo=/private`)
  await page.waitForURL(`${site.url}/private`)
  t.equal(await page.locator('h1').innerText(), 'auth0|ada', 'a tab that is no popup goes to the page')
  t.strictSame(tabs.complaints, [])
})
