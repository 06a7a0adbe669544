import { managementError } from './endpoint.js'

type Document = Record<string, unknown>
type Test = (document: Document) => boolean

const texts = ['email', 'name', 'nickname', 'given_name', 'family_name', 'username', 'phone_number']
const token = /\s*(?<word>[()]|(?:-?[\w.]+:)?(?:"[^"]*"|\[[^\]]*\]|[^\s()"]+))/uy

function valuesAt (value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, path))
  const [name, ...rest] = path
  if (name === undefined) return value === undefined || value === null ? [] : [value]
  return typeof value === 'object' && value !== null ? valuesAt((value as Document)[name], rest) : []
}

/** Whether a value is what is searched for: letter case does not count, `*` stands for anything. */
function matcher (pattern: string): (value: unknown) => boolean {
  const range = /^\[(\S+) TO (\S+)\]$/u.exec(pattern)
  if (range !== null) {
    return value => (range[1] === '*' || String(value) >= range[1]!) && (range[2] === '*' || String(value) <= range[2]!)
  }
  const plain = /^"(.*)"$/u.exec(pattern)?.[1] ?? pattern
  const expression = new RegExp(`^${plain.replace(/[\\^$.+?()[\]{}|]/gu, '\\$&').replaceAll('*', '.*')}$`, 'iu')
  return value => expression.test(String(value))
}

function term (word: string): Test {
  const [, field, pattern] = /^(?:(-?[\w.]+):)?(.*)$/su.exec(word)!
  const matches = matcher(pattern!)
  if (field === undefined) return document => texts.some(name => valuesAt(document, [name]).some(matches))
  const path = field.replace(/^-/u, '').split('.')
  const found: Test = document => valuesAt(document, path).some(matches)
  return field.startsWith('-') ? document => !found(document) : found
}

/** Reads what a search of users asks for: a part of Lucene's query syntax, as Auth0's search engine v3 takes it. */
export function userSearch (query: string): Test {
  const words: string[] = []
  token.lastIndex = 0
  const trimmed = query.trim()
  while (token.lastIndex < trimmed.length) {
    const match = token.exec(trimmed)
    if (match === null) throw unreadable()
    words.push(match.groups!.word!)
  }
  const either = (): Test => {
    let test = all()
    while (words[0] === 'OR') {
      words.shift()
      const [left, right] = [test, all()]
      test = document => left(document) || right(document)
    }
    return test
  }
  const all = (): Test => {
    const tests = [one()]
    while (words.length > 0 && words[0] !== 'OR' && words[0] !== ')') {
      if (words[0] === 'AND') words.shift()
      tests.push(one())
    }
    return document => tests.every(test => test(document))
  }
  const one = (): Test => {
    const word = words.shift()
    if (word === undefined || word === ')' || word === 'AND' || word === 'OR') throw unreadable()
    if (word === 'NOT') {
      const test = one()
      return document => !test(document)
    }
    if (word !== '(') return term(word)
    const test = either()
    if (words.shift() !== ')') throw unreadable()
    return test
  }
  const test = either()
  if (words.length > 0) throw unreadable()
  return test
}

function unreadable (): Error {
  return managementError(400, 'The query in "q" cannot be read.', 'invalid_query_string')
}
