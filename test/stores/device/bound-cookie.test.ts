import t from 'tap'
import { BoundCookie } from '../../../lib/stores/device/bound-cookie.js'
import { Jar, sealer } from '../jar.js'

t.test('the cookie of a device', async t => {
  const ec = { key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint: 't', since: 1, from: 'f', round: 2 }
  let now = 1000
  const cookie = new BoundCookie(sealer, 10)
  const device = { ...ec } as never
  const jar = new Jar()
  const proves = (id = 'i', given: object = device) =>
    cookie.proves(jar as never, 'b', { id, device: given } as never, now)
  t.equal(proves(), false)
  cookie.write(jar as never, 'b', { id: 'i', thumbprint: 't', until: 1010 }, { path: '/' } as never)
  t.strictSame(jar.written, [['b', { path: '/' }]])
  t.equal(proves('other'), false)
  t.equal(proves('i', { ...ec, thumbprint: 'u' }), false)
  t.equal(proves(), true)
  now = 1009
  t.equal(proves(), true)
  now = 1010
  t.equal(proves(), false)
  now = 1000
  t.equal(proves(), true)
  const value = jar.get('b')!
  const family = (count: number) => [...Array.from({ length: count }, (): [string, string] => ['b', 's.x']), ['b',
    value] as [string, string]]
  for (const [count, is] of [[1, true], [9, true], [10, false]] as const) {
    const many = { get: () => 's.x', family: () => [['b.0', value], ...family(count)] }
    t.equal(cookie.proves(many as never, 'b', { id: 'i', device: ec } as never, now), is, `${count} others`)
  }
  t.equal(cookie.proves({ get: () => 's.x', family: () => [['b', 's.x'], ['b.0', value]] } as never, 'b',
    { id: 'i', device: ec } as never, now), false)
  const provesBy = (value: string) => {
    const holding = { get: () => value, family: () => [['b', value]] }
    return cookie.proves(holding as never, 'b', { id: 'i', device } as never, 4)
  }
  const sealed = (content: unknown) => `s.${Buffer.from(JSON.stringify(content)).toString('base64url')}`
  t.equal(provesBy(sealed([1, 'i', 't', 5])), true)
  for (const wrong of [[1, 'i', 't'], [2, 'i', 't', 5], [1, 5, 't', 5], [1, 'i', 5, 5], [1, 'i', 't', '5'], {}, [1,
    'i', 't', 5, 6]]) {
    t.equal(provesBy(sealed(wrong)), false, JSON.stringify(wrong))
  }
  t.equal(provesBy('x'), false)
})
