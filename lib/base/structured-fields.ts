/**
 * The part of structured field values that device-bound sessions use: lists of strings, tokens and inner lists of
 * tokens, with string or token parameters. Every parser passes over the text once.
 * @see RFC 9651 section 4.2
 */

/** A member of a list: a string or token, or the items of an inner list. */
export interface FieldMember {
  value: string | readonly string[]
  /** A parameter without a value is `true`. */
  params: ReadonlyMap<string, string | true>
}

/** Longer fields are refused unread. */
const MAX_LENGTH = 8192
const MAX_MEMBERS = 16

const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y
const KEY = /[a-z*][a-z0-9_\-.*]*/y
const STRING = /"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const SPACES = / */y
const BLANKS = /[ \t]*/y
/** What browsers send where a string belongs: a JWT or an id without its quotes. */
const BARE = /^[A-Za-z0-9_\-.~+/=:]+$/

/** A list; `undefined` for anything that is not one, or too long. */
export function parseFieldList (text: string): FieldMember[] | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const reader = new FieldReader(text)
  const members: FieldMember[] = []
  reader.skip(SPACES)
  if (reader.atEnd) return members
  for (;;) {
    const value = reader.take('(') ? reader.innerList() : reader.item()
    const params = value === undefined ? undefined : reader.params()
    if (params === undefined || members.length === MAX_MEMBERS) return undefined
    members.push({ value: value!, params })
    reader.skip(BLANKS)
    if (reader.atEnd) return members
    if (!reader.take(',')) return undefined
    reader.skip(BLANKS)
    if (reader.atEnd) return undefined
  }
}

/** The string of a field that holds one, in quotes or bare; `undefined` for anything else. Parameters are ignored. */
export function parseFieldString (field: unknown, maxLength: number): string | undefined {
  if (typeof field !== 'string' || field.length > maxLength) return undefined
  const text = field.trim()
  if (!text.startsWith('"')) return BARE.test(text) ? text : undefined
  const reader = new FieldReader(text)
  const value = reader.item()
  return value !== undefined && reader.params() !== undefined && reader.atEnd ? value : undefined
}

/** A string in quotes. The text holds printable ASCII only, as everything does that is sealed or hashed here. */
export function fieldString (text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

class FieldReader {
  readonly #text: string
  #at = 0

  constructor (text: string) {
    this.#text = text
  }

  get atEnd (): boolean {
    return this.#at === this.#text.length
  }

  take (character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  skip (pattern: RegExp): void {
    this.#match(pattern)
  }

  item (): string | undefined {
    const quoted = this.#match(STRING)
    return quoted === undefined ? this.#match(TOKEN)?.[0] : quoted[1]!.replace(/\\(.)/g, '$1')
  }

  /** What follows an opening bracket. */
  innerList (): readonly string[] | undefined {
    const items: string[] = []
    for (;;) {
      this.skip(SPACES)
      if (this.take(')')) return items
      const item = items.length < MAX_MEMBERS && this.#mayBegin(items.length) ? this.item() : undefined
      if (item === undefined) return undefined
      items.push(item)
    }
  }

  params (): Map<string, string | true> | undefined {
    const params = new Map<string, string | true>()
    while (this.take(';')) {
      this.skip(SPACES)
      const key = this.#match(KEY)?.[0]
      const value = key === undefined ? undefined : this.take('=') ? this.item() : true
      if (value === undefined || params.size === MAX_MEMBERS) return undefined
      params.set(key!, value)
    }
    return params
  }

  /** Items of an inner list stand apart. */
  #mayBegin (index: number): boolean {
    return index === 0 || this.#text[this.#at - 1] === ' '
  }

  #match (pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at = pattern.lastIndex
    return found
  }
}
