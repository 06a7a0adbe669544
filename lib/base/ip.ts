/** 4 or 6 for an IP address, 0 for anything else. `node:net` is loaded with the first text that is looked at. */
export function isIP (text: string): number {
  return process.getBuiltinModule('node:net').isIP(text)
}
