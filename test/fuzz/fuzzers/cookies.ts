import fc from 'fast-check'
import { cookieFamily, cookiesNamed, readCookie } from '../../../lib/plugin/request/cookie-header.js'
import {
  candidatesOf, chunked, cookieSize, COOKIE_LIMIT, MOST_CANDIDATES
} from '../../../lib/stores/stateless/chunks.js'
import { createSealer } from '../../../lib/stores/sealing/seal.js'
import { anyText, fuzzer, textOf } from '../fuzzer.js'

const NAME = '__Host-a0'
const header = textOf([NAME, `${NAME}.1`, `${NAME}.12`, `x${NAME}`, '=', ';', '; ', ' ', '\t', '"', 'v', 'other', ','],
  16)
const attributes = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const
const sealer = createSealer({
  secrets: ['a secret of quite enough characters, really'],
  purpose: 'fuzz',
  maxAgeDays: 3,
  now: () => 1_800_000_000
})

/** The cookies of a header as RFC 6265 section 5.4 has servers read them, by splitting. */
function parsed (text: string): Array<[string, string]> {
  return text.split(';').flatMap((pair): Array<[string, string]> => {
    const at = pair.indexOf('=')
    if (at === -1) return []
    const value = pair.slice(at + 1).trim()
    return [[blanksOff(pair.slice(0, at)), value.length > 1 && value.startsWith('"') && value.endsWith('"')
      ? value.slice(1, -1)
      : value]]
  })
}

/** Without the blanks before a name, and whatever counts as a blank behind it. */
function blanksOff (name: string): string {
  return name.replace(/^[ \t]+/, '').trimEnd()
}

export const cookies = [
  fuzzer('cookies of a prefix are those that splitting the header finds', [header], text => {
    same(cookiesNamed(text, NAME), parsed(text).filter(([name]) => name.startsWith(NAME)))
  }),
  fuzzer('a family of cookies is those that splitting the header finds', [header], text => {
    same(cookieFamily(text, NAME).filter(([name]) => name !== NAME),
      parsed(text).filter(([name]) => name.startsWith(`${NAME}.`)))
  }),
  fuzzer('one cookie is the first that the family has', [header], text => {
    return readCookie(text, NAME) === cookieFamily(text, NAME).find(([name]) => name === NAME)?.[1]
  }),
  fuzzer('what is cut into chunks is joined again, among chunks of another value',
    [fc.base64String({ maxLength: 9000 }), fc.base64String({ maxLength: 9000 }), fc.integer({ min: 0, max: 99 })],
    (value, other, at) => {
      const own = chunked('s', `${value}.AAAAAA`, attributes)
      for (const [name, chunk] of own) if (cookieSize(name, chunk, attributes) > COOKIE_LIMIT) return false
      const foreign = chunked('s', `${other}.BBBBBB`, attributes)
      const all = [...own.slice(at % own.length), ...foreign, ...own.slice(0, at % own.length)]
      const found = candidatesOf(all, 's')
      return found.length <= MOST_CANDIDATES && found.includes(`${value}.AAAAAA`)
    }),
  fuzzer('any cookies of a name are at most ten candidates',
    [fc.array(fc.tuple(fc.constantFrom('s', 's.0', 's.1', 's.x', 's.10'), textOf(['2~abcdef~', '9~', '3.', 'v'])))],
    pairs => candidatesOf(pairs, 's').length <= MOST_CANDIDATES),
  fuzzer('what was sealed opens as it was', [anyText(300)], text =>
    sealer.open(sealer.seal(text))?.equals(Buffer.from(text)) === true),
  fuzzer('a sealed value with one other character does not open',
    [anyText(60), fc.nat(), fc.base64String({ minLength: 1 })], (text, place, characters) => {
      const sealed = sealer.seal(text)
      const at = place % sealed.length
      const changed = sealed.slice(0, at) + characters[0]! + sealed.slice(at + 1)
      return changed === sealed || sealer.open(changed) === undefined
    }),
  fuzzer('what nobody sealed does not open', [textOf([sealer.seal('x'), ...sealer.seal('y').split('.'), '.', '..'])],
    text => {
      const opened = sealer.open(text)
      return opened === undefined || ['x', 'y'].includes(opened.toString())
    })
]

function same (found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`found ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
  }
}
