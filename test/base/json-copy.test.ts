import t from 'tap'
import { jsonCopy } from '../../lib/base/json-copy.js'

t.test('copies as JSON has them', async t => {
  const date = new Date(0)
  const shared = { x: 1 }
  const given = {
    a: [undefined, 1, null, () => {}].slice(0, 3),
    b: undefined,
    date,
    one: shared,
    two: shared,
    t: true,
    s: 'x',
    ['__proto__']: 1
  }
  Object.defineProperty(given, '__proto__', { value: 1, enumerable: true })
  const copied = jsonCopy(given, 'user')
  t.strictSame(copied, JSON.parse(JSON.stringify({ ...given, a: [null, 1, null] }), (key, value) =>
    key === '__proto__' ? undefined : value as unknown))
  t.not((copied as { one: object }).one, shared)
  const deep = (levels: number): unknown => levels === 0 ? 1 : { a: deep(levels - 1) }
  t.doesNotThrow(() => jsonCopy(deep(64), 'user'))
  t.throws(() => jsonCopy(deep(65), 'user'), /more than 64 levels/)
  const circle: Record<string, unknown> = { list: [] }
  ;(circle.list as unknown[]).push(circle)
  class Own { toJSON (): unknown { return this } }
  for (const [value, argument, holds] of [
    [{ a: NaN }, 'user.a', 'a number that is not finite'],
    [{ a: [1, Infinity] }, 'user.a[1]', 'a number that is not finite'],
    [{ a: 1n }, 'user.a', 'a bigint'],
    [{ a: Symbol('x') }, 'user.a', 'a symbol'],
    [{ a () {} }, 'user.a', 'a function'],
    [circle, 'user.list[0]', 'a value that contains itself'],
    [new Own(), 'user', 'a value that contains itself'],
    [new Uint8Array(1), 'user', 'binary data'],
    [new DataView(new ArrayBuffer(1)), 'user', 'binary data'],
    [new ArrayBuffer(1), 'user', 'binary data'],
    [new Map(), 'user', 'a Map'],
    [new Set(), 'user', 'a Set'],
    [new WeakMap(), 'user', 'a WeakMap'],
    [new WeakSet(), 'user', 'a WeakSet'],
    [/x/, 'user', 'a RegExp'],
    [new TypeError('x'), 'user', 'a TypeError'],
    [Promise.resolve(), 'user', 'a Promise']
  ] as const) {
    t.throws(() => jsonCopy(value, 'user'),
      { name: 'InvalidArgumentError', argument, message: `The session field "${argument}" holds ${holds}, which` })
  }
})
