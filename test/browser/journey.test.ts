import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { runQuickstart } from '../running-quickstart.js'
import { inChromium, lookClosely, Tabs } from './chromium.js'

t.test('the quickstart in Chromium', inChromium, async t => {
  let clock = 0
  const quickstart = await runQuickstart(t, {
    now: () => Date.now() / 1000 + clock,
    sessionConfiguration: { inactivityDuration: 600 }
  })
  const { url, tenantUrl } = quickstart

  await t.test('logs in, stays logged in, logs out', async t => {
    const page = await (await visitor(t)).add()
    await page.goto(url)
    await lookClosely(page, 'home')
    await page.getByRole('navigation').getByRole('link', { name: 'Log in' }).click()
    t.ok(await arrives(page, tenantUrl), 'the tenant asks who it is')
    await lookClosely(page, 'tenant')

    await logIn(page, 'Ada Lovelace')
    t.ok(await arrives(page, `${url}/`), 'home again')
    await page.getByRole('navigation').getByRole('link', { name: 'Dashboard' }).click()
    t.ok(await arrives(page, `${url}/dashboard`))
    t.equal(await heading(page), 'Ada Lovelace')
    t.ok(
      await page.locator('img.avatar').evaluate(image =>
        (image as unknown as { naturalWidth: number }).naturalWidth > 0
      ),
      'the picture is shown'
    )
    t.match(await page.locator('table.claims').innerText(), /sub\s+auth0\|.*barista/s, 'the claims are shown')
    await lookClosely(page, 'dashboard')

    await page.reload()
    t.equal(await heading(page), 'Ada Lovelace', 'a reload stays logged in')

    await page.getByRole('link', { name: 'Call the API' }).click()
    t.ok(await arrives(page, `${url}/orders`))
    t.match(await page.locator('table').innerText(), 'cinnamon bun', 'the API took the access token')
    await lookClosely(page, 'orders')

    await page.goto(`${url}/nowhere`)
    t.equal(await page.getByRole('link', { name: 'Log in' }).count(), 0, 'an error page knows who is logged in')
    await page.getByRole('button', { name: 'Log out' }).first().click()
    t.ok(await arrives(page, `${url}/`), 'logged out, and home again')
    t.equal(await page.getByRole('link', { name: 'Log in' }).count(), 2)

    await page.goto(`${url}/dashboard`)
    t.ok(await arrives(page, tenantUrl), 'the dashboard asks for a login again')
    t.equal(await page.getByRole('button', { name: /Ada Lovelace/ }).count(), 1, 'and so does the tenant')
  })

  await t.test('two tabs each finish the login they began', async t => {
    const tabs = await visitor(t)
    const [first, second] = [await tabs.add(), await tabs.add()]
    await first.goto(`${url}/dashboard`)
    await second.goto(`${url}/orders`)
    await logIn(first, 'Grace Hopper')
    t.ok(await arrives(first, `${url}/dashboard`))
    t.equal(await heading(first), 'Grace Hopper')
    await logIn(second, 'Grace Hopper')
    t.ok(await arrives(second, `${url}/orders`), 'the second tab is where it wanted to go')
    t.equal(await heading(second), 'Fetched with your access token.')
    await first.reload()
    t.equal(await heading(first), 'Grace Hopper', 'and the first is still logged in')
  })

  await t.test('Cancel ends on a page with a way on', async t => {
    const page = await (await visitor(t)).add()
    await page.goto(`${url}/dashboard`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    t.ok(await arrives(page, `${url}/auth/callback`))
    t.equal(await heading(page), 'No login this time.')
    await lookClosely(page, 'cancelled')
    await page.getByRole('link', { name: 'Try again' }).click()
    t.ok(await arrives(page, tenantUrl))
    await logIn(page, 'Ada Lovelace')
    t.ok(await arrives(page, `${url}/dashboard`), 'trying again ends at the dashboard')
  })

  await t.test('an expired session comes back to the page that was asked for', async t => {
    const tabs = await visitor(t)
    const page = await tabs.add()
    await page.goto(`${url}/dashboard`)
    await logIn(page, 'Ada Lovelace')
    t.ok(await arrives(page, `${url}/dashboard`))
    clock += 700
    t.teardown(() => {
      clock = 0
    })
    await tabs.context.clearCookies({ domain: new URL(tenantUrl).hostname })
    await page.goto(`${url}/orders?from=bookmark`)
    t.ok(await arrives(page, tenantUrl), 'the session is over')
    await logIn(page, 'Ada Lovelace')
    t.ok(await arrives(page, `${url}/orders?from=bookmark`))
    t.equal(await heading(page), 'Fetched with your access token.')
  })

  await t.test('pages that do not exist say so', async t => {
    const page = await (await visitor(t)).add()
    const response = await page.goto(`${url}/nowhere`)
    t.equal(response?.status(), 404)
    t.equal(await heading(page), 'There is nothing here.')
    await lookClosely(page, 'not-found')
  })
})

/** A browser profile of its own, with JavaScript off: the quickstart promises to work without. */
async function visitor (t: Test): Promise<Tabs> {
  return await Tabs.open(t, { javaScriptEnabled: false, viewport: { width: 1080, height: 900 } })
}

async function logIn (page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(name) }).click()
}

/** Waits until the browser shows a page whose address begins like this. */
async function arrives (page: Page, address: string): Promise<boolean> {
  await page.waitForURL(url => url.href.startsWith(address))
  return true
}

async function heading (page: Page): Promise<string> {
  return await page.locator('main h1').innerText()
}
