import t from 'tap'
import { randomText } from '../../lib/base/random-text.js'

t.test('random text is base64url of as many bytes as were asked for, and never the same', async t => {
  const seen = new Set<string>()
  // More than are drawn at once, and not a whole number of them.
  for (let count = 0; count < 300; count++) seen.add(randomText(48))
  t.equal(seen.size, 300)
  t.ok([...seen].every(text => text.length === 64))
  t.equal(randomText(18).length, 24)
  const letters = new Set([...seen].join(''))
  t.equal(letters.size, 64, 'every letter there is')
})

t.test('what was given out is not kept', async t => {
  const wiped: [pool: Buffer, from: number, to: number][] = []
  const { fill } = Buffer.prototype
  t.capture(Buffer.prototype, 'fill', function (this: Buffer, value: number, from: number, to: number) {
    wiped.push([this, from, to])
    return fill.call(this, value, from, to)
  })
  const texts = [randomText(18), randomText(64)]
  t.strictSame(wiped.map(([, from, to]) => to - from), [18, 64])
  for (const [pool, from, to] of wiped) t.ok(pool.subarray(from, to).every(byte => byte === 0))
  for (const text of texts) t.notOk(wiped[0]![0].includes(Buffer.from(text, 'base64url')))
})
