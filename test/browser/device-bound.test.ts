import { createHash, createPublicKey } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { MemorySessionStore } from '../../lib/stores/index.js'
import type { Auth0Options } from '../../types/index.js'
import { certificate } from '../hostile/certificates.js'
import { until } from '../until.js'
import { inChromium, launched, Tabs } from './chromium.js'
import { cookieSite, type CookieSite } from './cookie-site.js'

/** What switches device-bound sessions on where they are not yet, with keys in memory instead of a TPM's. */
const FEATURES = 'DeviceBoundSessions,EnableBoundSessionCredentialsSoftwareKeysForManualTesting'
const REFRESH_AFTER = 600

/** Requests to the device routes, in their order. */
type Calls = string[]

t.test('device-bound sessions in Chromium', inChromium, async t => {
  const https = certificate({ name: 'localhost', hosts: ['localhost'] })
  const key = createPublicKey(https.key).export({ type: 'spki', format: 'der' })
  const browser = await launched(t, [`--enable-features=${FEATURES}`,
    `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`])
  let later = 0

  /** An application whose sessions are bound, and what Chromium calls by itself. */
  async function boundSite (t: Test, options: Partial<Auth0Options> = {}): Promise<CookieSite & { calls: Calls }> {
    const site = await cookieSite(t, 'localhost', {
      now: () => Date.now() / 1000 + later,
      sessionConfiguration: { deviceBound: { refreshAfter: REFRESH_AFTER } },
      ...options
    }, {
      https: { key: https.key, cert: https.cert },
      routes: { '/who': async request => (await request.auth0.getUser())?.sub ?? 'nobody' }
    })
    const calls: Calls = []
    site.app.server.on('request', request => {
      if (request.url?.startsWith('/auth/dbsc/') === true) calls.push(request.url.slice('/auth/dbsc/'.length))
    })
    return Object.assign(site, { calls })
  }

  async function profile (t: Test): Promise<{ context: BrowserContext, page: Page }> {
    const tabs = await Tabs.open(t, {}, browser)
    return { context: tabs.context, page: await tabs.add() }
  }

  const bodyOf = async (page: Page, url: string): Promise<string> => {
    await page.goto(url)
    return await page.locator('body').innerText()
  }
  const boundCookie = async (context: BrowserContext) =>
    (await context.cookies()).find(({ name }) => name.endsWith('_d'))
  /** Time passes for the server, and the browser forgets the bound cookie as its time is over. */
  const pass = async (context: BrowserContext, seconds: number): Promise<void> => {
    later += seconds
    await context.clearCookies({ name: (await boundCookie(context))!.name })
  }

  for (const mode of ['stateless', 'stateful'] as const) {
    await t.test(mode, async t => {
      const site = await boundSite(t, mode === 'stateful'
        ? { sessionStore: new MemorySessionStore({ now: () => Date.now() / 1000 + later }) }
        : {})
      const { context, page } = await profile(t)
      t.equal(await bodyOf(page, `${site.url}/auth/login?returnTo=/private`), 'auth0|ada')
      const begun = performance.now()
      await until(async () => await boundCookie(context) !== undefined || performance.now() - begun > 20_000)
      if (site.calls.length === 0 && process.env.FORBID_SKIPS === undefined) {
        t.pass('sessions are bound', { skip: `this Chromium binds no sessions with the features ${FEATURES}` })
        return
      }
      t.strictSame(site.calls, ['register'], 'the browser has registered its key')
      t.equal(await bodyOf(page, `${site.url}/private`), 'auth0|ada')

      const thief = await profile(t)
      await thief.context.addCookies(await context.cookies())
      t.equal(await bodyOf(thief.page, `${site.url}/who`), 'auth0|ada', 'copied cookies serve while they are fresh')
      await pass(context, REFRESH_AFTER + 1)
      t.equal(await bodyOf(thief.page, `${site.url}/who`), 'nobody', 'and then they are dead')
      t.equal(await bodyOf(page, `${site.url}/private`), 'auth0|ada', "the owner's browser proves its key")
      t.strictSame(site.calls, ['register', 'refresh'], 'in one round trip')

      await pass(context, REFRESH_AFTER + 300)
      await page.goto(`data:text/html,<a href="${site.url}/private?from=elsewhere%23part">A link of another site</a>`)
      await page.locator('a').click()
      await page.locator('h1', { hasText: 'auth0|ada' }).waitFor()
      t.equal(page.url(), `${site.url}/private?from=elsewhere#part`)
      t.strictSame(site.calls.slice(2), ['refresh', 'refresh'], 'an old challenge takes two')

      await thief.context.addCookies(await context.cookies())
      t.equal(await bodyOf(thief.page, `${site.url}/who`), 'auth0|ada')
      t.equal(await bodyOf(page, `${site.url}/auth/logout`), 'Logged out')
      t.equal(await bodyOf(thief.page, `${site.url}/who`), 'nobody', 'a logout ends the copy')
      t.equal(await bodyOf(page, `${site.url}/who`), 'nobody', 'and the session')
      const calls = site.calls.length
      t.equal(await bodyOf(page, `${site.url}/who`), 'nobody')
      t.equal(site.calls.length, calls, 'the browser has been told that it is over')
      t.strictSame(new Set(site.events.filter(({ type }) => type === 'session').map(({ reason }) => reason)),
        new Set(['session_bound', 'session_unbound_copy', 'device_proof_missing']))
    })
  }
})
