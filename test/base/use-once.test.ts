import t from 'tap'
import { SMALL } from '../../lib/base/forbidden-memory.js'
import { createUsedIds } from '../../lib/base/use-once.js'

t.test('ids that count once', async t => {
  let full = 0
  const used = createUsedIds({ maxEntries: 4, maxEach: 2, onFull: () => { full++ } })
  const add = (id: string, at: number, until: number, owner: string, now = at) =>
    used.add(id, { at, until }, now, owner)
  add('1', 10, 20, 'a')
  t.equal(used.has('1', 10, 19, 'a'), true)
  t.equal(used.has('1', 10, 20, 'a'), false, 'it is over')
  t.equal(used.has('1', 10, 19, 'b'), false, 'the id of another')
  t.equal(used.has('2', 10, 19, 'a'), false)
  add('1', 8, 15, 'a', 10)
  t.equal(used.has('1', 10, 19, 'a'), true, 'what is said again shortens nothing')
  add('2', 11, 30, 'a')
  add('3', 12, 30, 'a')
  t.equal(full, 1)
  t.strictSame([used.has('x', 10, 12, 'a'), used.has('x', 10.5, 12, 'a')], [true, false], 'the floor of this owner')
  t.equal(used.has('x', 10, 12, 'b'), false)
  add('4', 12, 30, 'b')
  add('5', 12, 30, 'c')
  add('6', 13, 30, 'd')
  t.strictSame([used.has('2', 12, 14, 'a'), used.has('3', 12, 14, 'a')], [false, true], 'the first owner paid')
  t.equal(used.has('x', 11, 14, 'a'), true)
  t.equal(used.has('x', 11, 14, 'b'), false)
  t.equal(full, 1, 'told once')
  add('7', 13, 30, 'e')
  t.equal(used.has('x', 12, 14, 'a'), true, 'an owner without ids leaves its floor to everybody')
  t.equal(used.has('x', 12, 14, 'z'), true)
  t.equal(used.has('x', 12.5, 14, 'z'), false)
  t.equal(used.has('x', 12, 30, 'z'), false, 'until it would have expired')
  t.strictSame([used.has('4', 12.5, 14, 'b'), used.has('6', 13, 14, 'd'), used.has('7', 13, 14, 'e')], [true, true,
    true])
  let reports = 0
  const each = createUsedIds({ maxEntries: 10, maxEach: 1, onFull: () => { reports++ } })
  for (const owner of ['a', 'b']) for (const id of ['1', '2']) each.add(id, { at: 1, until: 9 }, 1, owner)
  t.equal(reports, 1, 'told once, whoever is full')
  const pays = createUsedIds({ maxEntries: 2 })
  for (const owner of ['a', 'b']) pays.add('1', { at: 1, until: 9 }, 1, owner)
  pays.add('2', { at: 2, until: 9 }, 2, 'b')
  t.strictSame([pays.has('x', 1, 2, 'a'), pays.has('x', 1, 2, 'b')], [false, true], 'who fills the memory pays')
  const again = createUsedIds({ maxEntries: 2 })
  for (const id of ['1', '1', '2']) again.add(id, { at: 1, until: 9 }, 1)
  t.equal(again.has('x', 1, 2), false, 'an id that is said again takes no further room')
  const plain = createUsedIds({ maxEntries: 1 })
  plain.add('1', { at: 1, until: 5 }, 1)
  plain.add('2', { at: 2, until: 9 }, 5)
  t.strictSame([plain.has('x', 1, 5), plain.has('2', 3, 8)], [false, true], 'what has expired makes room')
  plain.add('3', { at: 3, until: 9 }, 6)
  t.strictSame([plain.has('x', 2, 8), plain.has('x', 2.5, 8), plain.has('x', 2, 9)], [true, false, false])
})

t.test('a large memory looks for ids that are over once a second', async t => {
  for (const [size, looksAgain] of [[SMALL, true], [SMALL + 1, false]] as const) {
    const used = createUsedIds({ maxEntries: size })
    const add = (id: string, at: number, until: number, now: number, owner = 'a') =>
      used.add(id, { at, until }, now, owner)
    const isFloored = (at: number, now: number) => used.has('new', at, now, 'a')
    for (let at = 1; at <= 5; at++) add(`old ${at}`, at, 100, 5)
    for (const until of [12, 12.5, 12.9, 13]) add(`until ${until}`, 6, until, 10)
    for (let i = 9; i < size; i++) add(`${i}`, 10, 100, 10, i % 2 === 0 ? 'a' : 'b')
    add('first', 12, 100, 12)
    t.notOk(isFloored(1, 12), 'there is room')
    add('second', 12, 100, 12.5)
    t.equal(isFloored(1, 12.5), !looksAgain, `${size} ids, half a second later`)
    add('third', 12, 100, 13)
    t.equal(isFloored(2, 13), false, 'a second later')
  }
})
