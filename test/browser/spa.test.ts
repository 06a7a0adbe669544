import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { run } from '../examples/running.js'
import { closed, inChromium, look, Tabs } from './chromium.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TYPED = 'Three rye loaves, sliced'

t.test('the browser app in Chromium', inChromium, async t => {
  const spa = await import('../../examples/spa/server.js')
  let ahead = 0
  // Not Date.now(): the tenant makes that its own.
  const now = (): number => (performance.timeOrigin + performance.now()) / 1000 + ahead
  const [orders] = spa.tenant.resourceServers!
  const { tenant, origin } = await run(t, spa.build, {
    ...spa.tenant,
    now,
    resourceServers: [{ ...orders!, tokenLifetime: 120 }]
  }, { now })
  const client = tenant.clients.find(({ clientId }) => clientId === 'example')!
  Object.assign(client, { backchannelLogoutUrl: `${origin}/auth/backchannel-logout` })

  const tabs = await Tabs.open(t)
  const { context } = tabs
  await context.clock.install()
  const page = await tabs.add()
  /** Lets time pass, at the server and in the browser. */
  const pass = async (seconds: number): Promise<void> => {
    ahead += seconds
    await context.clock.fastForward(seconds * 1000)
  }

  await t.test('shows who is logged in, and calls the API by the proxy', async t => {
    await page.goto(origin)
    await page.getByRole('heading', { name: 'A browser app without a token.' }).waitFor()
    await check(t, page, 'signed-out')
    await page.getByRole('link', { name: 'Log in' }).click()
    await logIn(page, 'Ada Lovelace')
    await page.getByText('cinnamon bun').waitFor()
    t.equal(await page.locator('#who').innerText(), 'Ada Lovelace')
    await check(t, page, 'orders')
    t.strictSame(await page.evaluate('[document.cookie, localStorage.length, sessionStorage.length]'), ['', 0, 0],
      'nothing that a script can read')

    await page.getByLabel('What would you like?').fill('A seeded <b>bagel</b>')
    await page.keyboard.press('Enter')
    await page.getByText('Order 1045 is taken.').waitFor()
    await page.getByRole('cell', { name: 'A seeded <b>bagel</b>' }).waitFor()
  })

  await t.test('the access token expires and is renewed in the middle of the work', async t => {
    const before = refreshes()
    await pass(300)
    await page.getByLabel('What would you like?').fill('Another bagel')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('Order 1046 is taken.').waitFor()
    t.equal(refreshes(), before + 1)
  })

  await t.test('before the session ends the page asks, and a key is enough to stay', async t => {
    await pass(845)
    await page.getByRole('dialog', { name: 'Are you still there?' }).waitFor()
    t.match(await page.locator('#clock').innerText(), /^0:[1-5]\d$/)
    await check(t, page, 'asks')
    t.equal(await page.evaluate('document.activeElement.id'), 'stay')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.locator('#left', { hasText: /has 1[45]:\d\d left/ }).waitFor()
  })

  await t.test('an expired session leaves the form as it is, and a login in a popup goes on with it', async t => {
    await page.getByLabel('What would you like?').fill(TYPED)
    await pass(1000)
    await page.getByRole('heading', { name: 'Your session has ended.' }).waitFor()
    t.equal(await page.getByRole('table').count(), 0, 'what the user has seen is hidden')
    await check(t, page, 'ended')

    await context.clearCookies({ domain: new URL(tenant.url).hostname })
    const given = await popup(page)
    await given.getByRole('button', { name: 'Cancel' }).click()
    await closed(given)
    await page.locator('#login-status', { hasText: /\w/ }).waitFor()
    t.notMatch(await page.locator('#login-status').innerText(), /Go on in the window/, 'the page says why not')
    await check(t, page, 'not-logged-in')

    const again = await popup(page)
    t.equal(await again.evaluate('window.opener'), null, 'the policy of helmet has cut the opener')
    await logIn(again, 'Ada Lovelace')
    await closed(again)
    await page.getByText('cinnamon bun').waitFor()
    t.equal(await page.locator('#ended').isVisible(), false)
    t.equal(await page.getByLabel('What would you like?').inputValue(), TYPED)
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('Order 1047 is taken.').waitFor()
  })

  await t.test('a logout in one tab reaches the others', async t => {
    await page.getByLabel('What would you like?').fill(TYPED)
    const second = await tabs.add()
    await second.goto(origin)
    await second.getByText('cinnamon bun').waitFor()
    await second.evaluate("addEventListener('pagehide', () => { localStorage.left = document.body.innerText })")
    await second.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('heading', { name: 'A browser app without a token.' }).waitFor()
    t.equal(await page.getByLabel('What would you like?').inputValue(), '', 'nothing of it stays')
    await second.getByRole('link', { name: 'Log in' }).click()
    await second.getByRole('button', { name: /Ada Lovelace/ }).waitFor()
    const left = await page.evaluate('[localStorage.left, localStorage.clear()][0]')
    t.match(left, 'A browser app without a token.', 'and the Back button shows none of it')
    t.notMatch(left, /cinnamon bun|Ada Lovelace/)
    await second.close()
  })

  await t.test('the page notices a logout that Auth0 tells the server of; another user starts afresh', async t => {
    await page.getByRole('link', { name: 'Log in' }).click()
    await logIn(page, 'Ada Lovelace')
    await page.getByText('cinnamon bun').waitFor()
    await page.getByLabel('What would you like?').fill(TYPED)
    const elsewhere = await tabs.add()
    await elsewhere.goto(`${tenant.url}/v2/logout?client_id=example`)
    await elsewhere.close()
    t.match(tenant.logoutTokens.at(-1), { status: 200 })
    await pass(31)
    await page.getByRole('heading', { name: 'Your session has ended.' }).waitFor()
    t.equal(await page.getByLabel('What would you like?').inputValue(), TYPED)

    const grace = await popup(page)
    await logIn(grace, 'Grace Hopper')
    await closed(grace)
    await page.locator('#who', { hasText: 'Grace Hopper' }).waitFor()
    t.equal(await page.getByLabel('What would you like?').inputValue(), '')
    t.equal(await page.getByRole('row').count(), 4, 'and sees orders of her own')
  })

  await t.test('who is logged in at the tenant is logged in here at the second look', async t => {
    await context.clearCookies({ domain: 'localhost' })
    await page.goto(origin)
    await page.getByRole('heading', { name: 'A browser app without a token.' }).waitFor()
    await page.goto(`${origin}/?from=bookmark`)
    await page.locator('#who', { hasText: 'Grace Hopper' }).waitFor()
    t.equal(page.url(), `${origin}/?from=bookmark`)
  })

  t.strictSame(tabs.complaints, [], 'the content security policy has stopped nothing')
  t.strictSame(tenant.errors, [])

  function refreshes (): number {
    return tenant.requests.filter(({ path, params }) =>
      path === '/oauth/token' && params.grant_type === 'refresh_token').length
  }
})

async function logIn (page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(name) }).click()
}

/** Presses "Log in again"; resolves to the window that opens. */
async function popup (page: Page): Promise<Page> {
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Log in again' }).click()
  ])
  return opened
}

/** Nothing is wrong with the page for people who cannot see it, and nothing sticks out on a narrow screen. */
async function check (t: Test, page: Page, name: string): Promise<void> {
  await look(page, `spa-${name}`)
  await page.evaluate(axe)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Only colours differ in the dark.
    const rules = colorScheme === 'dark' ? "{ runOnly: ['color-contrast'] }" : ''
    const found = await page.evaluate(`axe.run(${rules}).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ html }) => html).join()))`)
    t.strictSame(found, [], `${name}, ${colorScheme}: axe`)
  }
  await page.emulateMedia({ colorScheme: null })
  const { width, height } = page.viewportSize()!
  await page.setViewportSize({ width: 320, height: 640 })
  t.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= 320, `${name}: 320 px`)
  await page.setViewportSize({ width, height })
}
