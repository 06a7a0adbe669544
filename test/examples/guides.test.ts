import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'

const folder = new URL('../../examples/web/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n')

/** The code blocks of a guide that are TypeScript or a page. */
function blocksOf (guide: string): string[] {
  return [...guide.matchAll(/^```(?:ts|js|html)\n(.*?)^```$/gmsu)].map(([, block]) => block!)
}

const guides = readdirSync(folder).filter(name => name.endsWith('.md') && name !== 'README.md')

t.test('every example has its guide, and every guide its example', async t => {
  const examples = readdirSync(folder).filter(name => name.endsWith('.ts') && name !== 'passkeys-page.ts')
  t.strictSame(guides.map(name => name.replace(/md$/u, 'ts')).sort(), examples.sort())
})

for (const name of guides) {
  t.test(`the code of ${name} is the example's`, async t => {
    const source = read(name.replace(/md$/u, 'ts'))
    const blocks = blocksOf(read(name))
    t.not(blocks.length, 0)
    for (const block of blocks) t.ok(source.includes(block) || source.includes(block.trimEnd()), block)
  })
}

t.test("the code of the guide to browser apps is the example's", async t => {
  const spa = new URL('../../examples/spa/', import.meta.url)
  const sources = ['server.ts', 'public/session.js', 'public/popup.js'].map(name =>
    readFileSync(new URL(name, spa), 'utf8').replaceAll('\r\n', '\n'))
  const guide = readFileSync(new URL('../../examples/guides/spa.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')
  const blocks = blocksOf(guide)
  t.ok(blocks.length > 5)
  for (const block of blocks) t.ok(sources.some(source => source.includes(block)), block)
})
