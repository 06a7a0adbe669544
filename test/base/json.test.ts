import t from 'tap'
import { deepFreeze, isObject, parseSafely, parseText } from '../../lib/base/json.js'

t.test('frozen values are frozen to the bottom', async t => {
  const value = deepFreeze({ a: [{ b: { c: 1 } }], d: null, e: 'x' })
  t.throws(() => {
    value.a[0]!.b.c = 2
  }, TypeError)
  t.throws(() => {
    value.a.push({ b: { c: 2 } })
  }, TypeError)
  const inherited = { mine: {} }
  deepFreeze(Object.setPrototypeOf({ own: {} }, inherited))
  t.notOk(Object.isFrozen(inherited.mine), 'what is inherited belongs to somebody else')
})

t.test('JSON', async t => {
  t.strictSame(parseText('\ufeff{"a":1}'), { a: 1 })
  t.throws(() => parseText('\ufeff\ufeff{}'), SyntaxError)
  t.equal(parseText('"x"'), 'x')
  for (const name of ['__proto__', '\\u005f_proto__']) {
    t.strictSame(Object.keys(parseText(`{"${name}":{"a":1},"b":{"${name}":1}}`) as object), ['b'])
  }
  t.strictSame(parseText('{"a":"\\u00e9"}'), { a: 'é' })
  t.equal(parseSafely('{'), undefined)
  t.strictSame(parseSafely('[1]'), [1])
  for (const [value, is] of [[null, false], [[], false], ['x', false], [undefined, false], [{}, true]] as const) {
    t.equal(isObject(value), is)
  }
})
