import t from 'tap'
import { byAge, filterPairs, ownerMatches, toListing } from '../../lib/stores/session-filter.js'

t.test('filters of sessions', async t => {
  t.strictSame(filterPairs({ iss: 'i', organization: 'o', sub: 's', sid: 'd' }),
    [['sid', 'd'], ['sub', 's'], ['organization', 'o'], ['iss', 'i']])
  t.strictSame(filterPairs({ organization: 'o', sub: undefined } as never), [['organization', 'o']])
  for (const filter of [{}, { iss: 'i' }]) {
    t.throws(() => filterPairs(filter as never), {
      argument: 'filter',
      message: /./
    })
  }
  for (const [filter, argument] of [[{ sub: '' }, 'sub'], [{ sid: 5 }, 'sid'], [{ sub: 'x', iss: null },
    'iss']] as const) {
    t.throws(() => filterPairs(filter as never), { argument: `filter.${argument}`, message: /non-empty string/ })
  }
  t.equal(ownerMatches({ iss: 'i', sub: 's' }, [['sub', 's'], ['iss', 'i']]), true)
  t.equal(ownerMatches({ iss: 'i', sub: 's' }, [['sub', 's'], ['iss', 'j']]), false)
  t.strictSame(toListing('k', { owner: { iss: 'i', sub: 's' }, createdAt: 1, expiresAt: 2 }),
    { iss: 'i', sub: 's', key: 'k', createdAt: 1, expiresAt: 2 })
  const owner = { iss: 'i', sub: 's' }
  const listings = [1, 3, 2].map(createdAt => toListing('k', { owner, createdAt, expiresAt: 9 }))
  t.strictSame(listings.sort(byAge).map(({ createdAt }) => createdAt), [3, 2, 1])
})
