/** Bits of a secret that nobody guesses; a random one of 32 hexadecimal digits has 128. */
const ENOUGH_BITS = 80
/** Bytes that a text without repetitions of 32 characters cannot be packed into. */
const ENOUGH_BYTES = 20
/** Sequences of three characters, each different, that no packing brings below these bytes. */
const ENOUGH_SEQUENCES = 60

/** Whether a secret repeats itself, counts up or holds few different characters: what random ones never do. */
export function isWeakSecret (secret: string): boolean {
  return bitsOf(secret) < ENOUGH_BITS || counts(secret) || repeats(secret)
}

/** `node:zlib` takes 2 ms to load: a long random secret does without. */
function repeats (text: string): boolean {
  const sequences = new Set(Array.from({ length: Math.max(0, text.length - 2) }, (_, i) => text.slice(i, i + 3)))
  return sequences.size < ENOUGH_SEQUENCES &&
    process.getBuiltinModule('node:zlib').deflateRawSync(text).length < ENOUGH_BYTES
}

/** By how often each character stands in the text. */
function bitsOf (text: string): number {
  const times = new Map<string, number>()
  for (const character of text) times.set(character, (times.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of times.values()) bits -= count * Math.log2(count / text.length)
  return bits
}

/** Whether most characters follow the one before in the alphabet or on the row of digits. */
function counts (text: string): boolean {
  let steps = 0
  for (let i = 1; i < text.length; i++) if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) === 1) steps++
  return steps > text.length / 2
}
