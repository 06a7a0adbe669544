import t from 'tap'
import { beforeSaved } from '../../../lib/flows/session/before-saved.js'
import { withChanges } from '../../../lib/flows/session/patch.js'
import { errorOf } from '../../tokens/problem.js'

t.test('changes of a session', async t => {
  const record = { id: 'i', user: { sub: 'x', a: 1 }, custom: { b: 1 }, createdAt: 5.9, domain: 'd' } as never
  t.equal(withChanges(record, { user: { a: 1 }, custom: { b: 1, c: undefined } }), record)
  t.match(withChanges(record, { user: { a: undefined }, custom: { c: 2 } }),
    { user: { sub: 'x', a: undefined }, custom: { b: 1, c: 2 } })
  const proto = JSON.parse('{"__proto__":{"z":1}}') as Record<string, unknown>
  t.equal(withChanges(record, { user: proto, custom: {} }), record)
})

t.test('what the hook makes of a session', async t => {
  const original = { url: '/' }
  const draft = { user: { sub: 'x', name: 'X', act: { sub: 'agent' } }, custom: { cart: ['book'] } }
  const previous = { user: { sub: 'x' }, updatedAt: 5, createdAt: 4, domain: 'd', id: 'i' }
  const facts = { reason: 'login', claims: { sub: 'x' }, accessToken: 'at', previous }
  let seen: unknown[] = []
  const saved = async (made: (draft: never) => unknown, from: object = draft, given: object = facts) => {
    const beforeSessionSaved = (...args: unknown[]) => {
      seen = args
      return made(args[0] as never)
    }
    return await beforeSaved({ config: { beforeSessionSaved } } as never, { original } as never, from as never,
      given as never)
  }
  t.equal(await beforeSaved({ config: {} } as never, {} as never, draft as never, facts as never), draft)
  t.strictSame(await saved(() => undefined), draft)
  t.match(seen, [draft, {
    reason: 'login',
    request: original,
    idTokenClaims: { sub: 'x' },
    accessToken: 'at',
    previous: { user: { sub: 'x' } }
  }])
  await saved(() => undefined, draft, { reason: 'update' })
  t.strictSame(seen[1], { reason: 'update', request: original })
  const changed = await saved(({ custom }: typeof draft) => { custom.cart.push('pen') })
  t.strictSame(changed.custom, { cart: ['book', 'pen'] }, 'the draft may be changed in its place')
  t.strictSame(draft.custom, { cart: ['book'] })
  t.strictSame(await saved(() => ({ user: { sub: 'x' } })), { user: { sub: 'x', act: { sub: 'agent' } }, custom: {} },
    'who acts stays')
  const { user } = await saved(() => ({ user: { sub: 'x' } }), { user: { sub: 'x' }, custom: {} })
  t.strictSame(Object.keys(user), ['sub'])
  for (const made of [{ user: { sub: 'y' } }, { user: {} }, {}, { user: null }]) {
    t.match(await errorOf(() => saved(() => made)), { code: 'invalid_argument', argument: 'beforeSessionSaved' })
  }
  t.match(await errorOf(() => saved(() => ({ user: { sub: 'x', n: 1n } }))), { argument: 'user.n' })
  t.match(await errorOf(() => saved(() => ({ user: { sub: 'x' }, custom: { n: 1n } }))), { argument: 'custom.n' })
})
