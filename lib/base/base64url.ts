/** The last letters that have no loose bits, by the bytes that the last letters hold beyond a group of three. */
const LAST_LETTERS = ['', 'AQgw', 'AEIMQUYcgkosw048'] as const

/**
 * Decodes base64url only in its one canonical spelling, without encoding it once more. Node's decoder leaves foreign
 * letters out, so that there are bytes too few. It also takes the two letters of base64 that base64url does not have,
 * the low byte of a letter beyond ASCII, and loose bits, which can be in the last letters only.
 * @see RFC 4648 section 3.5
 */
export function decodeBase64url (text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  const tail = bytes.length % 3 as 0 | 1 | 2
  const isCanonical = bytes.length === Math.floor(text.length * 3 / 4) && text.length % 4 !== 1 &&
    !text.includes('+') && !text.includes('/') && Buffer.byteLength(text) === text.length &&
    (tail === 0 || LAST_LETTERS[tail].includes(text.charAt(text.length - 1)))
  return isCanonical ? bytes : undefined
}
