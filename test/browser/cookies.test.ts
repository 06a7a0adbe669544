import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { inChromium, Tabs } from './chromium.js'
import { cookieSite, type CookieSite } from './cookie-site.js'

t.test('cookies in Chromium', inChromium, async t => {
  const visitor = async (t: Test): Promise<Page> => await (await Tabs.open(t, { javaScriptEnabled: false })).add()

  await t.test('a cookie that browsers keep back ends the login in a page', async t => {
    const page = await visitor(t)
    const strict = await cookieSite(t, 'app.example.com', { sessionConfiguration: { cookie: { sameSite: 'strict' } } })
    await endsInPage(t, page, strict, /SameSite=Strict/)
    await page.getByRole('link', { name: 'Try again' }).click()
    t.equal(await heading(page), 'auth0|ada', 'a click of the page is not cross-site: the session is there')

    const path = await cookieSite(t, 'path.example.com', { sessionConfiguration: { cookie: { path: '/admin' } } })
    await endsInPage(t, page, path, /path that does not cover/)
    await page.getByRole('link', { name: 'Try again' }).click()
    t.match(await page.locator('body').innerText(), /session_not_kept/, 'again a page, not a loop')

    const domain = await cookieSite(t, 'one.example.com', {
      sessionConfiguration: { cookie: { domain: 'two.example.com' } }
    })
    await endsInPage(t, page, domain, /domain that does not belong/)

    const transaction = await cookieSite(t, 'tx.example.com', {
      transactionConfiguration: { cookie: { path: '/elsewhere', secure: false } }
    })
    await endsInPage(t, page, transaction, /missing_transaction_error/)
  })

  await t.test('blocked cookies end the login in a page', async t => {
    const tabs = await Tabs.withPreferences(t, { profile: { default_content_setting_values: { cookies: 2 } } })
    const site = await cookieSite(t, 'app.example.com')
    const page = await tabs.add()
    await endsInPage(t, page, site, /sent no cookies.*allow cookies/s)
    t.strictSame(await tabs.context.cookies(), [])
  })

  await t.test('two applications on one host, and two hosts of one domain, keep their logins', async t => {
    const page = await visitor(t)
    const neighbours = [
      [await cookieSite(t, 'app.example.com', { sessionSecret: 'a'.repeat(40) }, { basePath: '/a' }),
        await cookieSite(t, 'app.example.com', { sessionSecret: 'b'.repeat(40) }, { basePath: '/b' })],
      [await cookieSite(t, 'localhost', { sessionSecret: 'a'.repeat(40) }),
        await cookieSite(t, 'localhost', { sessionSecret: 'b'.repeat(40) })],
      [await cookieSite(t, 'example.com', { sessionConfiguration: { cookie: { domain: 'example.com' } } }),
        await cookieSite(t, 'staging.example.com')],
      [await cookieSite(t, 'example.com',
        { sessionSecret: 'a'.repeat(40), sessionConfiguration: { cookie: { name: 'sid', domain: 'example.com' } } }),
      await cookieSite(t, 'staging.example.com',
        { sessionSecret: 'b'.repeat(40), sessionConfiguration: { cookie: { name: 'sid' } } })]
    ] as const
    for (const [one, two] of neighbours) {
      two.tenant.sub = 'auth0|bea'
      await page.goto(`${one.url}/auth/login?returnTo=/private`)
      t.equal(await heading(page), 'auth0|ada', one.url)
      await page.goto(`${two.url}/auth/login?returnTo=/private`)
      t.equal(await heading(page), 'auth0|bea', two.url)
      const logins = one.tenant.requests.length + two.tenant.requests.length
      await page.goto(`${one.url}/private`)
      t.equal(await heading(page), 'auth0|ada', `${one.url} again`)
      await page.goto(`${two.url}/private`)
      t.equal(await heading(page), 'auth0|bea', `${two.url} again`)
      t.equal(one.tenant.requests.length + two.tenant.requests.length, logins, 'without another login')
      await page.context().clearCookies()
    }
  })

  await t.test('a token that is renewed before a hijacked answer is kept', async t => {
    let later = 0
    const site = await cookieSite(t, 'app.example.com', { now: () => Date.now() / 1000 + later }, {
      routes: {
        '/events': async (request, reply) => {
          const { accessToken } = await request.auth0.getAccessToken({ refresh: true })
          reply.hijack()
          reply.raw.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache' })
          reply.raw.end(`data: ${accessToken}\n\n`)
        },
        '/token': async request => (await request.auth0.getAccessToken({ refresh: true })).accessToken
      }
    })
    const page = await visitor(t)
    await page.goto(`${site.url}/auth/login?returnTo=/private`)
    await page.goto(`${site.url}/events`)
    // Long enough that the process has forgotten what it wrote.
    later = 120
    await page.goto(`${site.url}/token`)
    const [login, renewal] = site.tenant.grants('refresh_token').map(({ form }) => form.get('refresh_token'))
    t.ok(login !== undefined && renewal !== undefined && login !== renewal, 'the second call spends the rotated token')
  })

  await t.test('127.0.0.1 leads to the address of the application, and to the page that was asked for', async t => {
    const site = await cookieSite(t, 'localhost')
    const page = await visitor(t)
    await page.goto(`${site.url.replace('localhost', '127.0.0.1')}/private?from=bookmark`)
    t.equal(page.url(), `${site.url}/private?from=bookmark`)
    t.equal(await heading(page), 'auth0|ada')
  })
})

/** Asks for a guarded page; whatever follows must end in a page that names the cause. */
async function endsInPage (t: Test, page: Page, site: CookieSite, cause: RegExp): Promise<void> {
  await page.goto(`${site.url}/auth/login?screen_hint=ask&returnTo=/private`)
  const [response] = await Promise.all([
    page.waitForResponse(response => response.status() === 400, { timeout: 20_000 }),
    page.getByRole('link', { name: 'Enter' }).click()
  ])
  await page.waitForLoadState()
  t.equal(response.request().isNavigationRequest(), true, site.url)
  t.match(await page.locator('body').innerText(), cause)
  t.ok(site.tenant.grants('authorization_code').length <= 2)
}

async function heading (page: Page): Promise<string> {
  return await page.locator('h1').innerText()
}
