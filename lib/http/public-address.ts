import dns, { type LookupAddress } from 'node:dns'
import { BlockList, type LookupFunction } from 'node:net'

/** Networks that are nobody's on the Internet. @see RFC 6890, RFC 4193, RFC 4291 */
const PRIVATE: [network: string, bits: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6']
]

const blocked = new BlockList()
for (const [network, bits, family] of PRIVATE) blocked.addSubnet(network, bits, family)

/** Whether an address is one of the public Internet; an IPv4 address inside an IPv6 one counts as what it is. */
export function isPublicAddress ({ address, family }: LookupAddress): boolean {
  return !blocked.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * A name lookup for connections that refuses names of private addresses: what a name stands for may change after it was
 * allowed.
 */
export const publicLookup: LookupFunction = (hostname, options, done) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) done(error, [])
    else if (!addresses.every(isPublicAddress)) {
      done(Object.assign(new Error('The host has an address that is not public.'), { code: 'private_address' }), [])
    } else if (options.all === true) done(null, addresses)
    else done(null, addresses[0]!.address, addresses[0]!.family)
  })
}
