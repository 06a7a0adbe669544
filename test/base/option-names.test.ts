import t from 'tap'
import { checkOptionNames } from '../../lib/base/option-names.js'
import * as stores from '../../lib/stores/index.js'

t.test('options that are none, and names that are not known', async t => {
  for (const wrong of [undefined, null, 'x', 5]) {
    t.throws(() => checkOptionNames(wrong, ['a', 'b'], 'a thing'),
      {
        name: 'ConfigurationError',
        option: 'options',
        message: 'The options of a thing must be an object. Known are: a, b.'
      })
  }
  t.throws(() => checkOptionNames({ maxEntris: 1 }, ['maxEntries'], ''),
    { option: 'maxEntris', message: 'Option "maxEntris" is not known. Did you mean "maxEntries"?' })
  t.throws(() => checkOptionNames({ zzzzzzzz: 1 }, ['a', 'b'], ''), { message: 'Option "zzzzzzzz" is not known.' })
  t.doesNotThrow(() => checkOptionNames({ a: 1, zzzzzzzz: undefined }, ['a'], ''))
})

t.test('each store refuses what it does not know', async t => {
  const classes = stores as unknown as Record<string, new (...options: unknown[]) => unknown>
  const names = Object.keys(stores).filter(name => /^(?:Memory|Redis|Postgres)\w+Store$/u.test(name))
  t.equal(names.length, 10)
  const given = {
    Memory: {},
    Redis: { client: { get () {}, hmGet () {}, eval () {} } },
    Postgres: { pool: { query () {} }, sweepInterval: 0 }
  }
  for (const name of names) {
    const good = given[/^[A-Z][a-z]+/u.exec(name)![0] as keyof typeof given]
    t.doesNotThrow(() => new classes[name]!(good), name)
    t.throws(() => new classes[name]!({ ...good, keyPrefix: 'x' }),
      { name: 'ConfigurationError', option: 'keyPrefix', message: /is not known/ }, name)
    for (const wrong of [null, 'redis://x', 5, ...name.startsWith('Memory') ? [] : [undefined]]) {
      const build = (): unknown => new classes[name]!(wrong)
      t.throws(build, { name: 'ConfigurationError', option: 'options' }, `${name}: ${String(wrong)}`)
    }
  }
})
