import t from 'tap'
import { routePrefix } from '../../../lib/plugin/options/prefix.js'

t.test('the prefix of the routes', async t => {
  for (const [given, outer, own, full] of [
    [undefined, '', '', ''], ['', '', '', ''], ['/', '/', '', ''], ['a', '', '/a', '/a'], ['/a/', '/b/', '/a', '/b/a'],
    ['//a//b', 'c', '/a/b', '/c/a/b'], ['/:id', '', '/:id', '/:id']
  ] as const) t.strictSame(routePrefix(given, outer), { own, full }, `${given} in ${outer}`)
  for (const wrong of ['/a b', '/a?b', '/a#b', '/..', '/a/../b', '/.', 5, undefined === null]) {
    t.throws(() => routePrefix(wrong, ''), { option: 'prefix', message: /^Option "prefix" must be a path/ },
      String(wrong))
  }
  for (const outer of ['//a', '/a b', '/..']) {
    t.throws(() => routePrefix('', outer), { option: 'prefix', message: /of the scope around the plugin/ }, outer)
  }
})
