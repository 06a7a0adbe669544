import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'

const BLANK = 'about:blank'
let source: string | undefined
/** One page of each browser, for all that need no other: a new one is a new process. */
const pages = new WeakMap<Browser, Promise<Page>>()

/** An empty page. Chromium loads styles of this machine only into one that was never anywhere. */
async function emptyPage (browser: Browser, base: string): Promise<Page> {
  const viewport = { width: 320, height: 640 }
  if (base !== BLANK) return await browser.newPage({ viewport })
  const shared = pages.get(browser) ?? browser.newPage({ viewport })
  pages.set(browser, shared)
  const page = await shared
  await page.goto(BLANK)
  return page
}

/**
 * What is wrong with a page on the smallest screen, in light and in dark: violations of WCAG 2.2 AA that axe-core
 * finds,
 * and content that is wider than the screen. They are looked for in a copy, as the visitor's page may run no scripts.
 * @param base the address that the page's links and styles begin at
 * @see https://www.w3.org/TR/WCAG22/
 */
export async function problemsOf (browser: Browser, html: string, base = BLANK,
  shot?: (scheme: string) => string | undefined): Promise<string[]> {
  source ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const page = await emptyPage(browser, base)
  const found: string[] = []
  // A popup's script would close the window.
  const still = html.replace(/<script\b.*?<\/script>/gs, '')
  await page.setContent(still.replace('<head>', `<head><base href="${base}">`))
  await page.evaluate(source)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    found.push(...(await violations(page)).map(problem => `${colorScheme}: ${problem}`))
    const path = shot?.(colorScheme)
    if (path !== undefined) await page.screenshot({ path, fullPage: true })
  }
  if (base !== BLANK) await page.close()
  return found
}

async function violations (page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const { axe, document } = globalThis as unknown as AxeWindow
    // Colours that are still changing have no contrast yet.
    await Promise.all(document.getAnimations().map(async ({ finished }) => await finished))
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
        'best-practice']
    })
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth > clientWidth ? [...found, `${scrollWidth} pixels wide`] : found
  })
}

interface AxeWindow {
  axe: { run(options: object): Promise<{ violations: { id: string, nodes: { html: string }[] }[] }> }
  document: {
    getAnimations(): { finished: Promise<unknown> }[]
    documentElement: { scrollWidth: number, clientWidth: number }
  }
}
