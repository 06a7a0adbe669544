import t from 'tap'
import { createIdentityCookies, storeKey } from '../../../lib/stores/stateful/identity-cookies.js'
import { Jar, sealer } from '../jar.js'

const names = { session: 's', tokens: 's_t', seen: 's_s' }
const one = 'a'.repeat(22)
const two = 'b'.repeat(128)
const seal = (id: string) => (sealer as { seal: (id: string) => string }).seal(id)

function made (changes: object = {}) {
  const opened: string[] = []
  const warnings: string[] = []
  const idSealer = {
    seal,
    open: (value: string) => {
      opened.push(value)
      return (sealer as { open: (value: string) => Buffer | undefined }).open(value)
    }
  }
  const cookies = createIdentityCookies({
    names: () => names,
    attributes: secure => ({ path: '/', httpOnly: true, secure, sameSite: 'lax' }),
    idSealer: idSealer as never,
    cacheEntries: 2,
    warn: code => { warnings.push(code) },
    ...changes
  })
  return { cookies, opened, warnings }
}

const ids = (held: readonly { id: string }[] | undefined) => held?.map(({ id }) => id)

t.test('which sessions a request names', async t => {
  const { cookies, warnings } = made()
  const held = (given: Record<string, string>) => ids(cookies.held(new Jar(given) as never))
  t.equal(held({}), undefined)
  t.equal(held({ other: seal(one), s_t: seal(one) }), undefined)
  t.equal(held({ 's.0': seal(one) }), undefined, 'a part alone')
  t.strictSame(cookies.held(new Jar({ s: seal(one) }) as never),
    [{ id: one, key: storeKey(one), value: undefined, record: undefined }])
  t.strictSame(held({ s: seal(two) }), [two])
  t.strictSame(warnings, [])
  t.strictSame(held({ s: seal('a'.repeat(21)) }), [], 'too short')
  t.strictSame(warnings, ['session_cookie_unreadable'])
  t.strictSame(held({ s: seal('b'.repeat(129)) }), [], 'too long')
  t.strictSame(held({ s: 'foreign' }), [])
  t.strictSame(held({ s: `${seal(one)}*` }), [])
  t.strictSame(warnings, ['session_cookie_unreadable'])
  const twice = new Jar({ s: seal(one) })
  twice.family = () => [['s', seal(one)], ['s', seal(two)]]
  t.strictSame(ids(cookies.held(twice as never)), [one, two])
  t.strictSame(warnings, ['session_cookie_unreadable', 'session_cookie_tossed'])
})

t.test('what opens is remembered, and what does not open takes no room', async t => {
  const { cookies, opened } = made()
  const held = (value: string) => ids(cookies.held(new Jar({ s: value }) as never))
  for (let request = 0; request < 3; request++) t.strictSame(held(seal(one)), [one])
  t.equal(opened.length, 1)
  for (const end of 'abcdef') held(seal(`short ${end}`).padEnd(30, end))
  held('too long'.repeat(80))
  const asked = opened.length
  held(seal(one))
  t.equal(opened.length, asked, 'it is still there')
  held('x'.repeat(21))
  held('x'.repeat(513))
  held('x'.repeat(30) + '*')
  t.equal(opened.length, asked, 'what has no such shape is not opened')
})

t.test('cookies of others go where the header is too long, ours stay', async t => {
  const { cookies, warnings } = made()
  const jar = new Jar({ s: seal(one), 's.0': 'foreign', s_t: 'x', s_s: 'y', other: 'z' })
  for (const [bytes, cleared] of [[8193, []], [12_288, []], [12_289, ['s.0', 's_t', 's_s']]] as const) {
    jar.cleared.length = 0
    jar.bytes = bytes
    t.strictSame(ids(cookies.held(jar as never)), [one])
    t.strictSame(jar.cleared.map(text => text.split(' ')[0]), cleared, String(bytes))
  }
  t.ok(warnings.includes('unreadable_cookies_cleared'))
  const alone = Object.assign(new Jar({ s: seal(one), s_t: 'x' }), { bytes: 12_289 })
  t.strictSame(ids(cookies.held(alone as never)), [one])
  t.strictSame(alone.cleared.map(text => text.split(' ')[0]), ['s_t'])
  const secure: unknown[] = []
  const plain = new Jar({ s: 'foreign' })
  Object.assign(plain, { secure: false, bytes: 20_000 })
  made({ attributes: (given: boolean) => secure.push(given) }).cookies.held(plain as never)
  t.strictSame(secure, [false])
})

t.test('the cookie that is written', async t => {
  const jar = new Jar()
  made().cookies.write(jar as never, one, 60)
  made({ transient: true }).cookies.write(jar as never, two, 60)
  const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' }
  t.strictSame(jar.written, [['s', { ...attributes, maxAge: 60 }], ['s', attributes]])
  t.equal(jar.get('s'), seal(two))
})

t.test('the cookies that are cleared, and whether everywhere', async t => {
  const { cookies } = made()
  const cleared = (given: Record<string, string>, everywhere?: boolean, changes: object = {}) => {
    const all: unknown[] = []
    const jar = Object.assign(new Jar({ s_t: 'x', s_s: 'y', ...given }), {
      clear: (name: string, _attributes: object, places: boolean) => { all.push(`${name} ${places}`) }
    }, changes)
    cookies.clear(jar as never, everywhere)
    return all
  }
  const places = (given: Record<string, string>, everywhere?: boolean) =>
    [...new Set(cleared(given, everywhere).map(text => String(text).split(' ')[1]))]
  t.strictSame(cleared({ s: seal(one) }), ['s false', 's_t false', 's_s false'])
  t.strictSame(cleared({ s: seal(one) }, true), ['s true', 's_t true', 's_s true'])
  t.strictSame(places({ s: 'foreign' }, true), ['false'], 'of somebody else')
  t.strictSame(places({}, true), ['false'])
  t.strictSame(cleared({ s: seal(one) }, true, { writable: false }), [])
})
