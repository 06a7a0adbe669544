import t from 'tap'
import { ForbiddenMemory, SMALL, type Forbidden } from '../../lib/base/forbidden-memory.js'

t.test('a memory of what is forbidden', async t => {
  const forgotten: string[] = []
  let full = 0
  const memory = new ForbiddenMemory<Forbidden & { name: string }>({
    maxEntries: 2,
    forget: ({ name }) => forgotten.push(name),
    onFull: () => { full++ }
  })
  const entry = (name: string, at: number, until: number) => ({ name, at, until })
  t.equal(memory.isFloored, false)
  t.equal(memory.floor(0), -Infinity)
  memory.dropOldest()
  t.strictSame([memory.size, full, memory.isFloored], [0, 0, false], 'nothing to drop')
  const a = entry('a', 10, 20)
  memory.add(a, 10)
  memory.add(entry('b', 5, 50), 10)
  t.equal(memory.size, 2)
  memory.sweep(19)
  t.equal(memory.size, 2, 'nothing has expired')
  memory.add(entry('c', 11, 60), 20)
  t.strictSame([forgotten, full, memory.isFloored], [['a'], 0, false], 'what has expired makes room')
  memory.add(entry('d', 12, 40), 21)
  t.strictSame([forgotten, full, memory.isFloored], [['a', 'b'], 1, true])
  t.strictSame([memory.floor(49), memory.floor(50)], [5, -Infinity])
  memory.add(entry('e', 13, 70), 21)
  t.strictSame([forgotten, full], [['a', 'b', 'c'], 1], 'told once')
  t.strictSame([memory.floor(59), memory.floor(60)], [11, -Infinity])
  memory.sweep(40)
  t.strictSame(forgotten, ['a', 'b', 'c', 'd'])
  const heir = new ForbiddenMemory<Forbidden>({ maxEntries: 0 })
  heir.inherit(memory as never)
  t.strictSame([heir.floor(59), heir.floor(60)], [11, -Infinity])
  memory.remove([...[a]][0]!)
  t.equal(memory.size, 1)
  const silent = new ForbiddenMemory<Forbidden>({ maxEntries: 1 })
  const one = { at: 1, until: 100 }
  silent.add(one, 1)
  silent.remove(one)
  t.equal(silent.size, 0)
  silent.add({ at: 3, until: 90 }, 1)
  silent.add({ at: 2, until: 95 }, 1)
  t.strictSame([silent.floor(89), silent.floor(94)], [3, -Infinity])

  for (const [size, looksAgain] of [[SMALL - 1, true], [SMALL, false]] as const) {
    const large = new ForbiddenMemory<Forbidden>({ maxEntries: 5000 })
    large.add({ at: 0, until: 1 }, 0)
    large.add({ at: 0, until: 1.5 }, 0)
    for (let i = 0; i < size; i++) large.add({ at: 0, until: 100 }, 0)
    large.sweep(1)
    t.equal(large.size, size + 1)
    large.sweep(1.5)
    t.equal(large.size, looksAgain ? size : size + 1)
    large.sweep(1 + 1)
    t.equal(large.size, size)
  }
})
