import { isIP } from 'node:net'
import { promisify } from 'node:util'
import t from 'tap'
import { isPublicAddress, publicLookup } from '../../lib/http/public-address.js'

t.test("DR-03 which addresses are the Internet's", async t => {
  const all = (addresses: string): string[] => addresses.trim().split(/\s+/)
  const open = all(`93.184.216.34 8.8.8.8 172.15.0.1 172.32.0.1 192.169.0.1 100.128.0.1 198.17.255.255 198.20.0.0
    223.255.255.255 192.0.1.1 2606:2800:220:1::1 2606:4700::1111 2001:200::1 2001:4860:4860::8888 2a00:1450::1
    2003::1 3ffe:ffff::1 ::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::808:808 64:ff9b::8.8.8.8
    0:0:0:0:0:ffff:808:808`)
  const closed = all(`0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1
    192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
    255.255.255.255 :: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::a9fe:a9fe ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1
    0:0:0:0:0:ffff:7f00:1 ::ffff:0:7f00:1 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::a00:1 64:ff9b::7f00:1
    64:ff9b::169.254.169.254 64:ff9b:1::7f00:1 64:ff9b:1::808:808 64:ff9b:0:1::808:808 100::1 2001::1 2001:0:7f00:1::
    2001:1::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2001:DB8::1 2002:7f00:1:: 2002:a9fe:a9fe::1
    2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1 1fff::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
    ff02::1 ffff::1`)
  for (const address of open) t.ok(isPublicAddress({ address, family: isIP(address) }), address)
  for (const address of closed) t.notOk(isPublicAddress({ address, family: isIP(address) }), address)
  for (const address of ['', 'localhost', '127.1', '1.2.3.4.5', '2001', '2600:1']) {
    t.notOk(isPublicAddress({ address, family: 4 }), address)
  }
})

t.test('DR-03 a lookup for connections', async t => {
  const lookup = promisify(publicLookup) as unknown as (name: string, options: { all?: boolean }) => Promise<unknown>
  t.equal(await lookup('93.184.216.34', {}), '93.184.216.34')
  t.strictSame(await lookup('93.184.216.34', { all: true }), [{ address: '93.184.216.34', family: 4 }])
  await t.rejects(lookup('127.0.0.1', { all: true }), { code: 'private_address' })
  await t.rejects(lookup('10.0.0.1', {}), { code: 'private_address' })
  await t.rejects(lookup('no host', {}), { code: /^E/ })
})

t.test('addresses on both sides of the borders of each network', async t => {
  const is = (address: string) => isPublicAddress({ address, family: 0 })
  for (const [outside, first, last, after] of [
    [undefined, '0.0.0.0', '0.255.255.255', '1.0.0.0'], ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['223.255.255.255', '224.0.0.0', '255.255.255.255', undefined],
    ['2000:ffff::', '2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff::', '2001:db9::'],
    ['2001:ffff::', '2002::', '2002:ffff::', '2003::'], ['3ffe::', '3fff::', '3fff:fff::', '3fff:1000::'],
    [undefined, '::', '1fff:ffff::', '2000::'], ['3fff:ffff::', '4000::', 'ffff::', undefined]
  ] as const) {
    for (const address of [first, last]) t.notOk(is(address), address)
    for (const address of [outside, after]) if (address !== undefined) t.ok(is(address), address)
    if (first.includes('.')) t.strictSame([is(`::ffff:${first}`), is(`64:ff9b::${last}`)], [false, false])
  }
})
