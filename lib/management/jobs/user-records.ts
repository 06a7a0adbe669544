import { InvalidArgumentError } from '../../errors.js'

/** One user as the input holds it. */
export interface UserRecord {
  /** `undefined` where it is longer than allowed. */
  json: Buffer | undefined
  /** The line of the input it begins on, from 1. */
  line: number
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const LINE_FEED = 0x0a
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const BLANKS = new Set([0x20, 0x09, 0x0d, LINE_FEED])
const LIST = 0x5b
const LIST_END = 0x5d
const OBJECT = 0x7b
const OBJECT_END = 0x7d

/**
 * Splits a JSON array of objects, or objects one after another (NDJSON), as the bytes arrive.
 * What is inside an object is not checked.
 */
export class RecordSplitter {
  readonly #maxLength: number
  #line = 1
  /** The first bytes of the object under way, or those kept of it. */
  #parts: Buffer[] = []
  #length = 0
  #firstLine = 0
  #depth = 0
  #inString = false
  #escaped = false
  #mark = 0
  #list: 'unknown' | 'none' | 'open' | 'closed' = 'unknown'

  /** @param maxLength bytes of one object that are kept */
  constructor (maxLength: number) {
    this.#maxLength = maxLength
  }

  /**
   * Takes the next bytes and gives the objects they complete.
   * @throws InvalidArgumentError that names the line
   */
  push (chunk: Buffer): UserRecord[] {
    const records: UserRecord[] = []
    let from = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (byte === LINE_FEED) this.#line++
      if (this.#depth === 0) {
        if (BLANKS.has(byte) || this.#isMark(byte)) continue
        this.#between(byte)
        if (this.#isBegun()) from = i
      } else if (this.#inside(byte)) {
        this.#keep(chunk, from, i + 1)
        records.push({ json: this.#length > this.#maxLength ? undefined : joined(this.#parts), line: this.#firstLine })
        this.#parts = []
        this.#length = 0
      }
    }
    if (this.#isBegun()) this.#keep(chunk, from, chunk.length)
    return records
  }

  /**
   * Says that there is no more.
   * @throws InvalidArgumentError when an object or the list is not complete
   */
  end (): void {
    if (this.#depth > 0) {
      throw new InvalidArgumentError('users', `The users end inside the one that begins on line ${this.#firstLine}.`)
    }
    if (this.#list === 'open') {
      throw new InvalidArgumentError('users', `The users end on line ${this.#line}, before their list does.`)
    }
  }

  #isBegun (): boolean {
    return this.#depth > 0
  }

  /** A byte order mark is skipped where the input begins. */
  #isMark (byte: number): boolean {
    if (this.#list !== 'unknown' || byte !== BYTE_ORDER_MARK[this.#mark]) return false
    this.#mark++
    return true
  }

  #between (byte: number): void {
    const list = this.#list
    if (byte === OBJECT && list !== 'closed') {
      if (list === 'unknown') this.#list = 'none'
      this.#depth = 1
      this.#firstLine = this.#line
    } else if (byte === LIST && list === 'unknown') {
      this.#list = 'open'
    } else if (byte === LIST_END && list === 'open') {
      this.#list = 'closed'
    } else if (byte !== COMMA || list !== 'open') {
      throw new InvalidArgumentError('users', `Line ${this.#line} of the users must hold a JSON object.`)
    }
  }

  /** Whether the byte ends the object. */
  #inside (byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inString = false
      return false
    }
    if (byte === QUOTE) this.#inString = true
    else if (byte === OBJECT || byte === LIST) this.#depth++
    else if (byte === OBJECT_END || byte === LIST_END) this.#depth--
    return this.#depth === 0
  }

  #keep (chunk: Buffer, from: number, to: number): void {
    this.#length += to - from
    if (this.#length > this.#maxLength) this.#parts = []
    else this.#parts.push(chunk.subarray(from, to))
  }
}

function joined (parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}
