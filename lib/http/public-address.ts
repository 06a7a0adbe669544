import type { LookupAddress } from 'node:dns'
import type { BlockList, LookupFunction } from 'node:net'
import { isIP } from '../base/ip.js'

/** Networks that are nobody's on the Internet. @see RFC 6890, the IANA IPv4 Special-Purpose Address Registry */
const SPECIAL_IPV4: [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3]
]

/** Parts of 2000::/3 that are no hosts: protocols and Teredo, documentation, 6to4. @see RFC 6890, RFC 9637 */
const SPECIAL_IPV6: [network: string, bits: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20]
]

let list: BlockList | undefined

/** Made when the first address is looked at: most applications connect to tenants of their own choice only. */
function special (): BlockList {
  if (list !== undefined) return list
  list = new (process.getBuiltinModule('node:net').BlockList)()
  for (const [network, bits] of SPECIAL_IPV4) list.addSubnet(network, bits, 'ipv4')
  for (const [network, bits] of SPECIAL_IPV6) list.addSubnet(network, bits, 'ipv6')
  return list
}

/**
 * Whether an address is one of the public Internet. Of IPv6 only global unicast is; an IPv4 address inside an IPv6 one,
 * mapped or by NAT64, counts as what it is.
 * @see RFC 4291 section 2.4, RFC 6052 section 2.1
 */
export function isPublicAddress ({ address }: LookupAddress): boolean {
  if (isIP(address) === 4) return !special().check(address, 'ipv4')
  if (isIP(address) !== 6) return false
  const groups = groupsOf(address)
  const inner = embeddedIpv4(groups)
  if (inner !== undefined) return !special().check(inner, 'ipv4')
  return groups[0]! >> 13 === 1 && !special().check(groups.map(group => group.toString(16)).join(':'), 'ipv6')
}

/** The IPv4 address in ::ffff:0:0/96 and 64:ff9b::/96. */
function embeddedIpv4 (groups: readonly number[]): string | undefined {
  const prefix = groups.slice(0, 6).map(group => group.toString(16)).join(':')
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return undefined
  return groups.slice(6).flatMap(group => [group >> 8, group & 255]).join('.')
}

/** The eight groups of a valid IPv6 address. */
function groupsOf (address: string): number[] {
  const [head = [], tail] = address.split('%')[0]!.split('::').map(half => half.split(':').flatMap(toGroups))
  if (tail === undefined) return head
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function toGroups (part: string): number[] {
  if (part === '') return []
  if (!part.includes('.')) return [Number.parseInt(part, 16)]
  const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number]
  return [a << 8 | b, c << 8 | d]
}

/**
 * A name lookup for connections that refuses names of private addresses: what a name stands for may change after it was
 * allowed.
 */
export const publicLookup: LookupFunction = (hostname, options, done) => {
  process.getBuiltinModule('node:dns').lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) done(error, [])
    else if (!addresses.every(isPublicAddress)) {
      done(Object.assign(new Error('The host has an address that is not public.'), { code: 'private_address' }), [])
    } else if (options.all === true) done(null, addresses)
    else done(null, addresses[0]!.address, addresses[0]!.family)
  })
}
