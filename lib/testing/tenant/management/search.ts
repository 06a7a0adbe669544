import { managementError } from './endpoint.js'

type Document = Record<string, unknown>
type Test = (document: Document) => boolean

/** Fields that a word without a field is looked for in, of users and of logs. */
const texts = ['email', 'name', 'nickname', 'given_name', 'family_name', 'username', 'phone_number', 'description',
  'user_name']
const pattern = String.raw`"(?:[^"\\]|\\.)*"|[[{][^\]}]*[\]}]|(?:[^\s()"\\]|\\.)+`
// Begins where no name goes on: otherwise each character of a long word would be tried as a beginning.
const field = String.raw`(?<![\w.])-?[\w.]+:`
const token = new RegExp(String.raw`\s*(?<word>[()]|${field}(?=\()|(?:${field})?(?:${pattern}))`, 'uy')

function valuesAt (value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, path))
  const [name, ...rest] = path
  if (name === undefined) return value === undefined || value === null ? [] : [value]
  return typeof value === 'object' && value !== null ? valuesAt((value as Document)[name], rest) : []
}

/** The value at a path of names, as it is. */
export function valueAt (value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, name) => (found as Document | null | undefined)?.[name], value)
}

function order (value: unknown, bound: string): number {
  const numbers = [Number(value), Number(bound)] as const
  if (!numbers.some(Number.isNaN)) return numbers[0] - numbers[1]
  const [a, b] = [String(value).toLowerCase(), bound.toLowerCase()]
  return a < b ? -1 : Number(a > b)
}

function unquote (text: string): string {
  return (/^"(.*)"$/su.exec(text)?.[1] ?? text).replace(/\\(.)/gu, '$1')
}

/** `[a TO b]` with the ends, `{a TO b}` without; `>a`, `>=a`, `<a` and `<=a`; a star is no end. */
function range (text: string): ((value: unknown) => boolean) | undefined {
  const [, opens, from, to, closes] = /^([[{])\s*(\S+)\s+TO\s+(\S+)\s*([\]}])$/u.exec(text) ?? []
  if (from !== undefined) {
    const [low, high] = [unquote(from), unquote(to!)]
    const above = (distance: number): boolean => opens === '[' ? distance >= 0 : distance > 0
    const below = (distance: number): boolean => closes === ']' ? distance <= 0 : distance < 0
    return value =>
      (low === '*' || above(order(value, low))) && (high === '*' || below(order(value, high)))
  }
  const [, sign, equal, bound] = /^([<>])(=?)(.+)$/su.exec(text) ?? []
  if (bound === undefined) return undefined
  return value => {
    const difference = order(value, unquote(bound)) * (sign === '>' ? 1 : -1)
    return equal === '=' ? difference >= 0 : difference > 0
  }
}

/** Whether a value is what is searched for: letter case does not count, `*` stands for anything. */
function matcher (text: string): (value: unknown) => boolean {
  const between = range(text)
  if (between !== undefined) return between
  const plain = /^"(.*)"$/su.exec(text)?.[1] ?? text
  const expression = plain.replace(/\\(.)|\*|[^\\*]+/gsu, (part, escaped: string | undefined) =>
    part === '*' ? '.*' : (escaped ?? part).replace(/[\\^$.*+?()[\]{}|]/gu, '\\$&'))
  const whole = new RegExp(`^${expression}$`, 'isu')
  return value => whole.test(String(value))
}

function term (word: string, group: string | undefined): Test {
  const [, given, text = ''] = /^(?:(-?[\w.]+):)?(.*)$/su.exec(word)!
  const field = given ?? group
  if (field?.replace(/^-/u, '') === '_exists_') {
    const path = unquote(text).split('.')
    const exists: Test = document => valuesAt(document, path).length > 0
    return field.startsWith('-') ? document => !exists(document) : exists
  }
  const matches = matcher(text)
  if (field === undefined) return document => texts.some(name => valuesAt(document, [name]).some(matches))
  const path = field.replace(/^-/u, '').split('.')
  const found: Test = document => valuesAt(document, path).some(matches)
  return field.startsWith('-') ? document => !found(document) : found
}

function readWords (query: string): string[] {
  const words: string[] = []
  const text = query.trim()
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (match === null) throw unreadable()
    words.push(match.groups!.word!)
  }
  return words
}

/** Reads what a search asks for: a part of Lucene's query syntax, as Auth0 takes it for users and for logs. */
export function readSearch (query: string): Test {
  const words = readWords(query)
  const either = (group?: string): Test => {
    let test = all(group)
    while (words[0] === 'OR') {
      words.shift()
      const [left, right] = [test, all(group)]
      test = document => left(document) || right(document)
    }
    return test
  }
  const all = (group?: string): Test => {
    const tests = [one(group)]
    while (words.length > 0 && words[0] !== 'OR' && words[0] !== ')') {
      if (words[0] === 'AND') words.shift()
      tests.push(one(group))
    }
    return document => tests.every(test => test(document))
  }
  const one = (group?: string): Test => {
    const word = words.shift()
    if (word === undefined || word === ')' || word === 'AND' || word === 'OR') throw unreadable()
    if (word === 'NOT') {
      const test = one(group)
      return document => !test(document)
    }
    const named = /^-?[\w.]+:$/u.test(word) && words[0] === '('
    if (named) words.shift()
    if (word !== '(' && !named) return term(word, group)
    const negative = named && word.startsWith('-')
    const test = either(named ? word.slice(negative ? 1 : 0, -1) : group)
    if (words.shift() !== ')') throw unreadable()
    return negative ? document => !test(document) : test
  }
  const test = either()
  if (words.length > 0) throw unreadable()
  return test
}

function unreadable (): Error {
  return managementError(400, 'The query in "q" cannot be read.', 'invalid_query_string')
}
