import t from 'tap'
import { randomText } from '../../lib/base/random-text.js'

t.test('random text is base64url of as many bytes as were asked for, and never the same', async t => {
  const seen = new Set<string>()
  // More than are drawn at once, and not a whole number of them.
  for (let count = 0; count < 300; count++) seen.add(randomText(48))
  t.equal(seen.size, 300)
  t.equal(randomText(18).length, 24)
  const letters = new Set([...seen].join(''))
  t.equal(letters.size, 64, 'every letter there is')
})
