import t from 'tap'
import { fetchDouble, globalDispatcher } from '../../lib/http/global-transport.js'

t.test('dispatchers and doubles of the whole process', async t => {
  const real = globalThis.fetch
  const keys = ['2', '1'].map(n => Symbol.for(`undici.globalDispatcher.${n}`))
  const kept = keys.map(key => Reflect.get(globalThis, key) as unknown)
  const set = (one: unknown, two?: unknown) => {
    for (const [i, key] of keys.entries()) Reflect.set(globalThis, key, i === 0 ? two : one)
  }
  t.teardown(() => {
    globalThis.fetch = real
    set(kept[1], kept[0])
  })
  class Agent { dispatch (): void {} }
  class MockAgent extends Agent {}
  class Dispatcher1Wrapper {}
  const symbols = (members: Record<string, unknown>): Agent =>
    Object.assign(new Agent(), Object.fromEntries(Object.entries(members).map(([k, v]) => [Symbol(k), v])))
  for (const [name, dispatcher, isChosen] of [
    ['none', undefined, false], ['an agent', new Agent(), false], ['another class', new MockAgent(), true],
    ['a wrapper', new Dispatcher1Wrapper(), false], ['composed', Object.assign(new Agent(), { dispatch () {} }), true],
    ['with options', symbols({ options: { connections: 5 } }), true],
    ['with options that say nothing', symbols({ options: { connections: undefined, x: Infinity } }), false],
    ['with a factory', symbols({ factory: function own () {} }), true],
    ['with the usual factory', symbols({ factory: function defaultFactory () {} }), false],
    ['with what else it holds', symbols({ clients: { a: 1 } }), false]
  ] as const) {
    set(dispatcher)
    t.equal(globalDispatcher(), isChosen ? dispatcher : undefined, name)
    t.equal(globalDispatcher(), isChosen ? dispatcher : undefined, `${name}, again`)
  }
  const [older, newer] = [new MockAgent(), new MockAgent()]
  set(older, newer)
  t.equal(globalDispatcher(), newer)
  set(older, new Agent())
  t.equal(globalDispatcher(), older)
  for (const [name, double, is] of [
    ['none', undefined, false], ['a function', () => {}, false],
    ['with a mock', Object.assign(() => {}, { mock: {} }), true],
    ['patched', Object.assign(() => {}, { [Symbol('isPatchedModule')]: true }), true],
    ['with another symbol', Object.assign(() => {}, { [Symbol('other')]: true }), false]
  ] as const) {
    globalThis.fetch = double as unknown as typeof fetch
    t.equal(fetchDouble(), is ? double : undefined, name)
  }
})
