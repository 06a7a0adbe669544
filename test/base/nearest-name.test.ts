import t from 'tap'
import { nearestName, unknownName } from '../../lib/base/nearest-name.js'

t.test('names that are nearly known', async t => {
  for (const [name, known, nearest] of [
    ['ab', ['abcd'], 'abcd'], ['ab', ['abcde'], undefined], ['abcdefghi', ['abcdefXYZ'], 'abcdefXYZ'],
    ['abcdefghi', ['abcdeWXYZ'], undefined], ['ABC', ['xyz', 'abc'], 'abc'], ['abc', ['ABC'], 'ABC'],
    ['abcd', ['abXd', 'abcX', 'abc'], 'abXd'], ['abcd', ['abXX', 'abcX'], 'abcX'], ['', ['a'], 'a'], ['a', [],
      undefined],
    ['acbd', ['abcd'], 'abcd'], ['xabcd', ['abcd'], 'abcd'], ['abcdx', ['abcd'], 'abcd']
  ] as const) t.equal(nearestName(name, known), nearest, `${name} of ${known.join()}`)
  t.equal(unknownName('ab', ['abc', 'x']), 'Did you mean "abc"?')
})
