import { readdirSync, readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** A page of the documentation. */
export interface Page {
  /** Its path in the repository. */
  path: string
  text: string
}

/** A code block of a page. */
export interface Block {
  language: string
  code: string
}

export function readPage (path: string): Page {
  return { path, text: readFileSync(new URL(path, root), 'utf8').replaceAll('\r\n', '\n') }
}

/** The guides, which the README links. */
export const guides = readdirSync(new URL('examples/guides/', root)).sort()
  .map(name => readPage(`examples/guides/${name}`))

/** All pages of examples. */
export const pages = readdirSync(new URL('examples/', root), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.md')).sort().map(name => readPage(`examples/${name.replaceAll('\\', '/')}`))

export function blocksOf ({ text }: Page): Block[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gmsu)].map(([, language, code]) =>
    ({ language: language!, code: code! }))
}

/** A page without its code blocks. */
export function proseOf ({ text }: Page): string {
  return text.replace(/^```.*?^```$/gmsu, '').replace(/^ {4}.*$/gmu, '')
}

/** Paragraphs, items, headings and cells of tables, each as one text. */
function passages (page: Page): string[] {
  return proseOf(page).split('\n').reduce<string[]>((texts, line) => {
    if (/^\s*$/u.test(line)) return [...texts, '']
    if (line.startsWith('|')) return [...texts, ...line.split(/(?<!\\)\|/u), '']
    if (/^(?:#|\s*[-*] |\s*\d+\. )/u.test(line)) return [...texts, line]
    return [...texts.slice(0, -1), `${texts.at(-1) ?? ''} ${line}`]
  }, [])
}

/** The sentences of a page; code, and the address of a link, count as one word. */
export function sentencesOf (page: Page): string[] {
  return passages(page)
    .map(text => text.replace(/`[^`]*`/gu, 'code').replace(/\]\([^)]*\)/gu, ']').trim())
    .flatMap(text => text.split(/(?<=[.!?][)*"']*)\s+/u))
    .filter(sentence => sentence !== '')
}

/** Where links of a page lead. */
export function linksOf (page: Page): string[] {
  return [...proseOf(page).replace(/`[^`]*`/gu, '').matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target]) => target!)
}

/** The anchors of a page's headings, as GitHub and npm make them. */
export function anchorsOf (page: Page): string[] {
  return [...page.text.replace(/^```.*?^```$/gmsu, '').matchAll(/^#+ (.+)$/gmu)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replaceAll(' ', '-'))
}
