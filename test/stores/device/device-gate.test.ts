import t from 'tap'
import { DeviceGate } from '../../../lib/stores/device/device-gate.js'
import { createMac } from '../../../lib/stores/sealing/mac.js'
import { Jar } from '../jar.js'

const mac = createMac(['a'.repeat(32)], 'bound')

t.test('the gate of sessions that are bound to a device', async t => {
  const ec = { key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint: 't', since: 1, from: 'f', round: 2 }
  let now = 1000
  const jar = new Jar()
  const gate = (more: object = {}) => new DeviceGate({
    names: () => ({ session: 's', tokens: 't', seen: 'x', bound: 'b' }),
    attributes: secure => ({
      path: '/',
      secure
    }) as never,
    mac,
    refreshAfter: 600,
    required: true,
    clockTolerance: 30,
    now: () => now,
    cacheEntries: 5,
    boundIds: id => [`b${id}`],
    ...more
  })
  const plain = gate()
  const record = { id: 'i', createdAt: 1000, device: ec } as never
  t.equal(plain.proves(new Jar() as never, { id: 'i' } as never), true)
  t.equal(plain.proves(new Jar() as never, record), false)
  const admitted = new Jar()
  plain.admit(admitted as never, 'i')
  t.equal(plain.proves(admitted as never, record), true)
  t.equal(plain.proves(admitted as never, { ...record as object, id: 'j' } as never), false)
  for (const [at, device, is, required] of [[1059, undefined, false, true], [1060, undefined, true, true], [1060, ec,
    false, true],
  [1060, undefined, false, false]] as const) {
    now = at
    t.equal(gate({ required }).isOverdue({ id: 'i', createdAt: 1000, device } as never), is)
  }
  t.strictSame([0, 30, 31, 300].map(clockTolerance => gate({ clockTolerance }).grace), [60, 60, 61, 330])
  t.equal(gate({ clockTolerance: 31 }).isOverdue({ id: 'i', createdAt: 1000 } as never), false)
  now = 1000.7
  for (const [refreshAfter, clockTolerance, maxAge] of [[600, 30, 570], [180, 30, 150], [180, 60, 150], [150, 0, 150],
    [140, 30, 140]] as const) {
    const bound = new Jar()
    const one = gate({ refreshAfter, clockTolerance })
    one.write(bound as never, record)
    t.strictSame(bound.written, [['b', { path: '/', secure: true, maxAge }]])
    const until = Math.floor(1000.7 + refreshAfter)
    t.equal(bound.get('b'), `${until}.${mac.of(`i t ${until}`)}`)
    t.equal(one.proves(bound as never, record), true)
  }
  t.equal(plain.refused(jar as never), undefined)
  plain.refuse(jar as never, record, 'not_bound')
  t.strictSame(plain.refused(jar as never), { reason: 'not_bound', record })
  t.strictSame(plain.boundIds('x'), ['bx'])
})
