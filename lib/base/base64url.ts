/**
 * Decodes base64url only in its one canonical spelling. Node's decoder skips foreign characters, takes the plain
 * base64 alphabet too and ignores spare bits, so several spellings would open as one.
 * @see RFC 4648 section 3.5
 */
export function decodeBase64url (text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
