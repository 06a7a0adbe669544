import t from 'tap'
import { DEFAULT_TEXTS, messageIn, textsFor } from '../../../lib/plugin/routes/page-texts.js'

t.test('texts of the pages', async t => {
  const lines: unknown[] = []
  const request = { log: { error: (...all: unknown[]) => lines.push(all) } } as never
  t.equal(textsFor({ pages: undefined } as never, request), DEFAULT_TEXTS)
  t.match(textsFor({ pages: { texts: { home: 'Start', lang: 5, unknown: 'x' } } } as never, request),
    { home: 'Start', lang: 'en', unknown: undefined })
  t.strictSame(textsFor({ pages: {} } as never, request), DEFAULT_TEXTS)
  t.match(textsFor({ pages: () => ({ texts: { home: 'Start' } }) } as never, request), { home: 'Start' })
  t.strictSame(textsFor({ pages: () => undefined } as never, request), DEFAULT_TEXTS)
  t.strictSame(lines, [])
  t.equal(textsFor({ pages: async () => { throw new Error('x') } } as never, request), DEFAULT_TEXTS)
  t.equal(textsFor({ pages: () => { throw new Error('x') } } as never, request), DEFAULT_TEXTS)
  t.match(lines, [[{ err: { message: 'It must return the texts, not a promise.' } }, /"pages" failed/],
    [{ err: { message: 'x' } }, /"pages" failed/]])
  t.strictSame([DEFAULT_TEXTS.lang, DEFAULT_TEXTS.dir, DEFAULT_TEXTS.home, DEFAULT_TEXTS.code, DEFAULT_TEXTS.reference,
    DEFAULT_TEXTS.goOn], ['en', 'ltr', 'Home', 'Code', 'Reference', 'Continue'])
  const texts = { ...DEFAULT_TEXTS, messages: { a: 'A', b: 5 as never } }
  t.strictSame(['a', 'b', 'c', 'toString'].map(code => messageIn(texts, code, 'own')), ['A', 'own', 'own', 'own'])
  t.equal(messageIn({ ...texts, messages: undefined as never }, 'a', 'own'), 'own')
})
