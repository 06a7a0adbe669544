import fc from 'fast-check'
import t from 'tap'
import { fieldString, parseFieldList, parseFieldString } from '../../lib/base/structured-fields.js'

const plain = (text: string) =>
  parseFieldList(text)?.map(({ value, params }) => ({ value, params: Object.fromEntries(params) }))

t.test('lists as browsers and servers of device-bound sessions write them', async t => {
  const read: Record<string, unknown> = {
    '(ES256 RS256);path="/auth/dbsc/register";challenge="a.b"': [
      { value: ['ES256', 'RS256'], params: { path: '/auth/dbsc/register', challenge: 'a.b' } }
    ],
    '"c1";id="s1", "c2";id="s2"': [{ value: 'c1', params: { id: 's1' } }, { value: 'c2', params: { id: 's2' } }],
    'unreachable;session_identifier="x"': [{ value: 'unreachable', params: { session_identifier: 'x' } }],
    ' ( ES256 ) ; a ;  b=c\t,\t"d"': undefined,
    '( ES256 ) ;a': undefined,
    '( ES256 );a; b=c\t,\t"d"': [{ value: ['ES256'], params: { a: true, b: 'c' } }, { value: 'd', params: {} }],
    '"a\\"b\\\\c"': [{ value: 'a"b\\c', params: {} }],
    '()': [{ value: [], params: {} }],
    '("a" b)': [{ value: ['a', 'b'], params: {} }],
    '': [],
    '  ': []
  }
  for (const [text, members] of Object.entries(read)) t.strictSame(plain(text), members, text)
  for (const text of ['"a', 'a,', ',a', 'a b', '(a', '("a""b")', 'a;', 'a;=b', 'a;B=c', '"\n"', '"é"', '"\\x"', '1',
    ':YQ==:', '?1', 'a'.repeat(8193), `(${'a '.repeat(17)})`, Array(18).join('a,') + 'a', `a${';b'.repeat(3)};c=`]) {
    t.equal(parseFieldList(text), undefined, text.slice(0, 20))
  }
})

t.test('a string, in quotes or as Chromium sends it', async t => {
  const read: Record<string, string | undefined> = {
    'eyJh.eyJq.c2ln': 'eyJh.eyJq.c2ln',
    '"eyJh.eyJq.c2ln"': 'eyJh.eyJq.c2ln',
    ' "a" ': 'a',
    '"a";b="c"': 'a',
    '"a\\"b"': 'a"b',
    '""': '',
    '': undefined,
    'a b': undefined,
    'a,b': undefined,
    'a;b': undefined,
    '"a", "b"': undefined,
    '"a"b': undefined,
    '"a': undefined
  }
  for (const [text, value] of Object.entries(read)) t.equal(parseFieldString(text, 100), value, text)
  t.equal(parseFieldString('a'.repeat(101), 100), undefined, 'longer than it may be')
  for (const other of [undefined, ['a', 'b'], 7]) t.equal(parseFieldString(other, 100), undefined)
})

const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(code => String.fromCharCode(code)) })
const token = fc.stringMatching(/^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]{0,8}$/)
const key = fc.stringMatching(/^[a-z*][a-z0-9_\-.*]{0,8}$/)
const item = fc.oneof(printable.map(text => ({ text: fieldString(text), value: text })),
  token.map(text => ({ text, value: text })))
const inner = fc.array(item, { maxLength: 5 })
  .map(items => ({ text: `(${items.map(({ text }) => text).join(' ')})`, value: items.map(({ value }) => value) }))
const params = fc.uniqueArray(fc.tuple(key, fc.option(item)), { maxLength: 4, selector: ([name]) => name })
const member = fc.tuple(fc.oneof(item, inner), params).map(([one, list]) => ({
  text: one.text + list.map(([name, value]) => value === null ? `;${name}` : `;${name}=${value.text}`).join(''),
  value: one.value,
  params: Object.fromEntries(list.map(([name, value]) => [name, value === null ? true : value.value]))
}))

t.test('what is written is read back', async t => {
  fc.assert(fc.property(fc.array(member, { maxLength: 5 }), list => {
    const expected = list.map(({ value, params }) => ({ value, params }))
    return t.strictSame(plain(list.map(({ text }) => text).join(', ')), expected)
  }), { numRuns: 100 })
  fc.assert(fc.property(printable, text => parseFieldString(fieldString(text), 1000) === text), { numRuns: 100 })
})

t.test('whatever comes is read or refused, in time that its length bounds', async t => {
  const pieces = fc.array(
    fc.constantFrom('"', '\\', '(', ')', ';', ',', '=', ' ', '\t', 'a', 'B', '1', '*', '\u0000', 'é')
  )
  fc.assert(fc.property(fc.oneof(pieces.map(list => list.join('')), fc.string()), text => {
    const list = parseFieldList(text)
    const one = parseFieldString(text, 8192)
    return (list === undefined || Array.isArray(list)) && (one === undefined || typeof one === 'string')
  }), { numRuns: 300 })
  const begun = performance.now()
  for (const text of ['"', '"\\"', '(', '(a ', ';a', 'a;', 'a;a', ' ', 'a,', '\t,', '"a", ']) {
    for (const end of ['', '"', ')', 'é']) parseFieldList(text.repeat(Math.floor(8190 / text.length)) + end)
  }
  t.ok(performance.now() - begun < 2000)
})

t.test('lists of fields at the limits', async t => {
  t.ok(parseFieldList('a'.repeat(8192)))
  const many = (count: number, piece: string, by = '') => Array.from({ length: count }, () => piece).join(by)
  t.equal(parseFieldList(many(16, 'a', ','))?.length, 16)
  t.equal(parseFieldList(many(17, 'a', ',')), undefined)
  t.equal(parseFieldList(`(${many(16, 'a', ' ')})`)?.[0]?.value.length, 16)
  t.equal(parseFieldList(`(${many(17, 'a', ' ')})`), undefined)
  const params = (count: number) => Array.from({ length: count }, (_, i) => `;p${i}`).join('')
  t.equal(parseFieldList(`a${params(16)}`)?.[0]?.params.size, 16)
  t.equal(parseFieldList(`a${params(17)}`), undefined)
  t.equal(parseFieldString('a'.repeat(100), 100)?.length, 100)
  t.equal(parseFieldString('a'.repeat(101), 100), undefined)
})
