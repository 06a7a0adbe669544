import t from 'tap'
import { createMac } from '../../../lib/stores/sealing/mac.js'

const [first, second, third] = ['a', 'b', 'c'].map(letter => letter.repeat(32)) as [string, string, string]

t.test('a code fits its text, purpose and secret alone', async t => {
  const mac = createMac([first, second], 'cookies')
  const code = mac.of('text')
  t.match(code, /^[\w-]{22}$/)
  t.equal(mac.of('text'), code)
  t.equal(mac.fits('text', code), true)
  for (const [other, text] of [[mac, 'texts'], [mac, ''], [createMac([first], 'pages'), 'text'],
    [createMac([third], 'cookies'), 'text']] as const) {
    t.equal(other.fits(text, code), false)
    t.not(other.of(text), code)
  }
})

t.test('the first secret makes codes, and all of them check', async t => {
  const [old, mac] = [createMac([second], 'cookies'), createMac([first, second], 'cookies')]
  t.equal(mac.fits('text', old.of('text')), true)
  t.equal(old.fits('text', mac.of('text')), false)
  t.equal(mac.of('text'), createMac([first], 'cookies').of('text'))
})

t.test('anything else is no code', async t => {
  const mac = createMac([first], 'cookies')
  const code = mac.of('text')
  const flipped = [...code].map((letter, at) => code.slice(0, at) + (letter === 'A' ? 'g' : 'A') + code.slice(at + 1))
  for (const value of ['', 'A', code.slice(1), `${code}A`, `${code}==`, `${code}AAAA`, 'é'.repeat(22), ...flipped]) {
    t.equal(mac.fits('text', value), false, value)
  }
})
