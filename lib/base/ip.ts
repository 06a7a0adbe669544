/**
 * 4 or 6 for an IP address without brackets, 0 for anything else. `node:net` is loaded with the first text that is
 * looked at. Its expression for version 6 takes 4 ms to compile, so only a text with a colon is compared with it.
 */
export function isIP (text: string): number {
  net ??= process.getBuiltinModule('node:net')
  if (net.isIPv4(text)) return 4
  return text.includes(':') && net.isIPv6(text) ? 6 : 0
}

let net: Pick<typeof import('node:net'), 'isIPv4' | 'isIPv6'> | undefined
