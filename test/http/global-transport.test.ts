import t from 'tap'
import { Agent, BalancedPool, type Dispatcher, MockAgent, Pool, ProxyAgent } from 'undici'
import { fetchDouble, globalDispatcher, isAgent } from '../../lib/http/global-transport.js'

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
  class OwnAgent extends Agent {}
  class Wrapper { static wrapHandler (): void {} }
  const agent = new Agent()
  const factory = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'factory')!
  /** Made anew each time: what was looked at once is remembered. */
  const rows = (): [string, unknown, { chosen: boolean, agent: boolean }][] => [
    ['none', undefined, { chosen: false, agent: false }],
    ['an agent', new Agent(), { chosen: false, agent: true }],
    ['a class of the application', new OwnAgent(), { chosen: true, agent: false }],
    ['a wrapper', new Wrapper(), { chosen: false, agent: false }],
    ['composed', new Agent().compose(next => next), { chosen: true, agent: true }],
    ['with options', new Agent({ connections: 5 }), { chosen: true, agent: true }],
    ['with options that say nothing', new Agent({ connections: undefined, maxOrigins: Infinity } as object),
      { chosen: false, agent: true }],
    ['with a factory', new Agent({ factory: origin => new Pool(origin) }), { chosen: true, agent: true }],
    ['mocks', new MockAgent(), { chosen: true, agent: false }],
    ['a proxy', new ProxyAgent('http://proxy.test'), { chosen: true, agent: false }],
    ['a pool', new Pool('http://server.test'), { chosen: true, agent: false }],
    ['pools', new BalancedPool('http://server.test'), { chosen: true, agent: false }]
  ]
  /** As a bundler that minifies leaves them. */
  const renamed = [Agent, Reflect.get(agent, factory) as () => void, Wrapper, Pool, MockAgent]
  const names = renamed.map(({ name }) => name)
  const rename = (to: readonly string[]) => {
    for (const [i, one] of renamed.entries()) Object.defineProperty(one, 'name', { value: to[i], configurable: true })
  }
  t.teardown(() => rename(names))
  for (const how of ['as they are', 'minified']) {
    if (how === 'minified') rename(['a', 'b', 'c', 'Agent', 'Agent'])
    for (const [name, dispatcher, is] of rows()) {
      set(dispatcher)
      t.equal(globalDispatcher(), is.chosen ? dispatcher : undefined, `${name}, ${how}`)
      t.equal(globalDispatcher(), is.chosen ? dispatcher : undefined, `${name}, ${how}, again`)
      if (dispatcher !== undefined) t.equal(isAgent(dispatcher as Dispatcher), is.agent, `${name}, ${how}`)
    }
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
