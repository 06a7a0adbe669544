import t from 'tap'
import { decodeDevice, encodeDevice } from '../../../lib/stores/device/binding-format.js'

t.test('how a session writes what it says of devices', async t => {
  const thumbprint = 'lTYYwPiOVLnEGn_2tedaJs97fsHfTdR0jdsLJVF2RuA'
  const ec = { key: { crv: 'P-256', kty: 'EC', x: 'x', y: 'y' }, thumbprint, since: 1, from: 'f', round: 2 }
  const rsa = {
    ...ec,
    key: { e: 'e', kty: 'RSA', n: 'n' },
    thumbprint: 'lPd1Hx7fpYY23pQVKnFvOEtk_jFe5EV8ZISUGTSGA_U'
  }
  const successor = { id: 'i', at: 5 }
  t.equal(encodeDevice({}), undefined)
  t.strictSame(encodeDevice({ device: ec } as never), ['EC', 'x', 'y', 1, 'f', 2])
  t.strictSame(encodeDevice({ device: rsa } as never), ['RSA', 'n', 'e', 1, 'f', 2])
  t.strictSame(encodeDevice({ device: ec, successor } as never), ['successor', 'i', 5])
  for (const part of [{ device: ec }, { device: rsa },
    { successor }]) t.strictSame(decodeDevice(encodeDevice(part as never)), part as never)
  const good = ['EC', 'x', 'y', 1, 'f', 2]
  for (const at of good.keys()) {
    const other = at === 0 ? 'OKP' : typeof good[at] === 'string' ? 5 : 'x'
    t.equal(decodeDevice(good.with(at, other)), undefined, `member ${at}`)
  }
  for (const wrong of [undefined, {}, 'x', ['successor', 5, 5], ['successor', 'i', 'x']]) {
    t.equal(decodeDevice(wrong),
      undefined)
  }
})
