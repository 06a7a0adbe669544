import t from 'tap'
import {
  namesOfOwner, revocationName, revocationTarget, sidAndSub
} from '../../../lib/stores/revocation/revocation-names.js'

t.test('names of revocations', async t => {
  for (const [filter, target] of [
    [{ id: 'x' }, { kind: 'id', value: 'x' }], [{ iss: 'i', sub: 's' }, { kind: 'sub', value: 's' }],
    [{ iss: 'i', sid: 'd', clientId: 'c' }, { kind: 'sid', value: 'd' }],
    [{ iss: 'i', organization: 'o' }, { kind: 'organization', value: 'o' }],
    [{ iss: 'i', sid: 'd', sub: 's' }, { kind: 'sid+sub', value: '1|d|s' }]
  ] as const) t.strictSame(revocationTarget(filter as never), target)
  for (const filter of [{}, { id: '' }, { id: 'x', clientId: 'c' }, { id: 'x', iss: 'i', sub: 's' }, {
    id: '',
    iss: 'i',
    sub: 's'
  },
  { sub: 's' }, { iss: '', sub: 's' }, { iss: 'i' }, { iss: 'i', sub: '' }, { iss: 'i', sub: 's', clientId: '' },
  { iss: 'i', sub: 's', organization: 'o' }, { iss: 'i', sid: 'd', organization: 'o' }, {
    iss: 'i',
    sid: 'd',
    sub: ''
  },
  { iss: 'i', sid: 'd', sub: 's', organization: 'o' }]) {
    t.throws(() => revocationTarget(filter as never), { argument: 'filter', message: /names exactly one/ },
      JSON.stringify(filter))
  }
  t.not(sidAndSub('a', 'b|c'), sidAndSub('a|b', 'c'))
  const owner = { id: 'x', iss: 'i', sub: 's', sid: 'd', organization: 'o', clientId: 'c' }
  const filters = [{ sid: 'd' }, { sub: 's' }, { organization: 'o' }, { sid: 'd', sub: 's' }]
  const all = [{ id: 'x' }, ...filters.flatMap(one => [{ iss: 'i', ...one }, { iss: 'i', ...one, clientId: 'c' }])]
  t.strictSame(namesOfOwner(owner), all.map(filter => revocationName(filter as never)))
  t.equal(new Set(namesOfOwner(owner)).size, 9)
  t.equal(namesOfOwner({ id: 'x', iss: 'i', sub: 's' }).length, 2)
  t.not(namesOfOwner(owner), namesOfOwner(owner))
  const frozen = Object.freeze({ ...owner })
  t.equal(namesOfOwner(frozen), namesOfOwner(frozen))
})
