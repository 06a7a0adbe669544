import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { problemsOf } from './axe.js'
import { skipWithout } from '../requirements.js'

const executablePath = '/usr/bin/chromium'
/** Chromium resolves every name below example.com to this machine. */
const args = ['--no-sandbox', '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP *.example.com 127.0.0.1, MAP example.com 127.0.0.1']
const timeout = 120_000
/** Options of a test that drives Chromium. */
export const inChromium = { skip: skipWithout('chromium', executablePath), timeout: 500_000 }

let started: Promise<Browser> | undefined

/** One Chromium for all tests of this process. */
export async function startedBrowser (): Promise<Browser> {
  return await (started ??= launched(t))
}

/** A Chromium of the test's own, with switches that other tests must not have. */
export async function launched (t: Test, switches: string[] = []): Promise<Browser> {
  const browser = await chromium.launch({ executablePath, timeout, args: [...args, ...switches] })
  t.teardown(async () => {
    await browser.close()
  })
  return browser
}

/** A browser profile of its own, which closes with the test. */
export class Tabs {
  readonly context: BrowserContext
  /** What the console says of content security policies, and scripts that failed. */
  readonly complaints: string[] = []

  constructor (t: Test, context: BrowserContext) {
    this.context = context
    context.setDefaultTimeout(60_000)
    t.teardown(async () => {
      await context.close()
    })
  }

  /** Opens one, in the Chromium that all tests share unless another is given. */
  static async open (t: Test, options: BrowserContextOptions = {}, browser?: Browser): Promise<Tabs> {
    const context = await (browser ?? await startedBrowser()).newContext({
      viewport: { width: 1000, height: 800 },
      ...options
    })
    return new Tabs(t, context)
  }

  /** Opens one with these settings of the user, in a Chromium of its own. */
  static async withPreferences (t: Test, preferences: object): Promise<Tabs> {
    const profile = mkdtempSync(join(tmpdir(), 'chromium-profile-'))
    t.teardown(() => {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    })
    mkdirSync(join(profile, 'Default'))
    writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
    return new Tabs(t, await chromium.launchPersistentContext(profile, { executablePath, timeout, args }))
  }

  async add (): Promise<Page> {
    const page = await this.context.newPage()
    page.on('console', message => {
      if (/content security policy/i.test(message.text())) this.complaints.push(message.text())
    })
    page.on('pageerror', error => this.complaints.push(String(error)))
    return page
  }
}

/** Waits until a window has closed itself. */
export async function closed (page: Page): Promise<void> {
  if (!page.isClosed()) await page.waitForEvent('close')
}

const shots = process.env.SCREENSHOTS

/** Looks at a page whose styles other pages may load, too. @throws Error that lists what is wrong with it */
export async function lookClosely (page: Page, name: string): Promise<void> {
  await look(page, name)
  const problems = await problemsOf(await startedBrowser(), await page.content(), page.url())
  if (problems.length > 0) throw new Error(`${name}: ${problems.join('\n')}`)
}

/** With `SCREENSHOTS=<folder>` keeps a picture of the page, in light, dark and on a narrow phone. */
export async function look (page: Page, name: string): Promise<void> {
  if (shots === undefined) return
  const viewport = page.viewportSize()!
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true, animations: 'disabled' })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.screenshot({ path: `${shots}/${name}-dark.png`, fullPage: true, animations: 'disabled' })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 320, height: 640 })
  await page.screenshot({ path: `${shots}/${name}-phone.png`, fullPage: true, animations: 'disabled' })
  await page.setViewportSize(viewport)
}
