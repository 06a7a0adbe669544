import t from 'tap'
import { BoundCookie } from '../../../lib/stores/device/bound-cookie.js'
import { createMac } from '../../../lib/stores/sealing/mac.js'
import { Jar } from '../jar.js'

const mac = createMac(['a'.repeat(32)], 'bound')

t.test('the cookie of a device', async t => {
  const ec = { key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint: 't', since: 1, from: 'f', round: 2 }
  let now = 1000
  const cookie = new BoundCookie(mac, 10)
  const device = { ...ec } as never
  const jar = new Jar()
  const proves = (id = 'i', given: object = device) =>
    cookie.proves(jar as never, 'b', { id, device: given } as never, now)
  t.equal(proves(), false)
  cookie.write(jar as never, 'b', { id: 'i', device } as never, 1010, { path: '/' } as never)
  t.equal(jar.get('b')!.length, 27, 'it comes with every request')
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
  const family = (count: number) => [...Array.from({ length: count }, (): [string, string] => ['b', '1010.x']), ['b',
    value] as [string, string]]
  for (const [count, is] of [[1, true], [9, true], [10, false]] as const) {
    const many = { get: () => '1010.x', family: () => [['b.0', value], ...family(count)] }
    t.equal(cookie.proves(many as never, 'b', { id: 'i', device: ec } as never, now), is, `${count} others`)
  }
  t.equal(cookie.proves({ get: () => '1010.x', family: () => [['b', '1010.x'], ['b.0', value]] } as never, 'b',
    { id: 'i', device: ec } as never, now), false)
  const provesBy = (value: string) => {
    const holding = { get: () => value, family: () => [['b', value]] }
    return cookie.proves(holding as never, 'b', { id: 'i', device } as never, 4)
  }
  const code = mac.of('i t 5')
  t.equal(provesBy(`5.${code}`), true)
  for (const wrong of [`6.${code}`, `05.${code}`, `5.0.${code}`, `-5.${code}`, ` 5.${code}`, `5.${code}=`, `5.${code}A`,
    `5.${code.slice(1)}`, `5,${code}`, `.${code}`, code, `5.${mac.of('i t 6')}`, `5.${mac.of('j t 5')}`,
    `5.${mac.of('i u 5')}`, `${'5'.repeat(13)}.${mac.of(`i t ${'5'.repeat(13)}`)}`, '', '5.', 'x']) {
    t.equal(provesBy(wrong), false, wrong)
  }
  const latest = '9'.repeat(12)
  t.equal(provesBy(`${latest}.${mac.of(`i t ${latest}`)}`), true)
})

t.test('a code is checked once; one that does not fit takes no room', async t => {
  let checked = 0
  const fits = (text: string, value: string): boolean => {
    checked++
    return mac.fits(text, value)
  }
  const cookie = new BoundCookie({ ...mac, fits }, 2)
  const jar = new Jar()
  const record = { id: 'i', device: { thumbprint: 't' } } as never
  cookie.write(jar as never, 'b', record, 10, {} as never)
  const proves = (by: Jar = jar) => cookie.proves(by as never, 'b', record, 5)
  t.strictSame([proves(), proves(), checked], [true, true, 1])
  for (const end of 'abc') t.equal(proves(new Jar({ b: `10.${end.repeat(22)}` })), false)
  t.strictSame([proves(), checked], [true, 4])
})

t.test('the proof that a session came with last', async t => {
  let checks = 0
  const cookie = new BoundCookie({
    of: text => mac.of(text),
    fits (text, value) {
      checks++
      return mac.fits(text, value)
    }
  }, 0)
  const record = { id: 'i', device: { thumbprint: 't' } } as never
  const kept = { provedBy: undefined, provedUntil: 0 }
  const proofOf = (until: number) => `${until}.${mac.of(`i t ${until}`)}`
  const proves = (value: string, now: number) =>
    cookie.proves({ get: () => value, family: () => [['b', value]] } as never, 'b', record, now, kept)
  t.equal(proves(proofOf(10), 10), false)
  t.strictSame(kept, { provedBy: undefined, provedUntil: 0 }, 'one that is over is not kept')
  t.equal(proves(proofOf(10), 9), true)
  t.strictSame(kept, { provedBy: proofOf(10), provedUntil: 10 })
  checks = 0
  t.equal(proves(proofOf(10), 9.9), true)
  t.equal(checks, 0, 'it is not checked again')
  t.equal(proves(proofOf(10), 10), false, 'but it ends')
  for (const value of [`${proofOf(10)}A`, proofOf(10).replace('10', '20'), `20.${mac.of('j t 20')}`]) {
    t.equal(proves(value, 5), false, value)
  }
  t.equal(kept.provedBy, proofOf(10))
  t.equal(proves(proofOf(20), 15), true)
  t.strictSame(kept, { provedBy: proofOf(20), provedUntil: 20 }, 'the newest is kept')
})
