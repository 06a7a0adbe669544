import t from 'tap'
import { createKeyedMutex } from '../../lib/base/keyed-mutex.js'
import { sleep } from '../../lib/base/sleep.js'

t.test('work of one key, one after another', async t => {
  const mutex = createKeyedMutex()
  const ran: string[] = []
  const work = (name: string) => async () => {
    ran.push(`${name} begins`)
    await sleep(0.001)
    ran.push(`${name} ends`)
    if (name === 'a1') throw new Error(name)
    return name
  }
  const all = await Promise.allSettled([mutex('a', work('a1')), mutex('a', work('a2')), mutex('b', work('b1'))])
  t.match(all, [{ reason: { message: 'a1' } }, { value: 'a2' }, { value: 'b1' }])
  t.strictSame(ran.filter(name => name.startsWith('a')), ['a1 begins', 'a1 ends', 'a2 begins', 'a2 ends'])
  t.ok(ran.indexOf('b1 begins') < ran.indexOf('a1 ends'))
  const first = mutex('a', work('a3'))
  const second = mutex('a', work('a4'))
  await first
  const third = mutex('a', work('a5'))
  await Promise.all([second, third])
  t.strictSame(ran.slice(-4), ['a4 begins', 'a4 ends', 'a5 begins', 'a5 ends'])
})
