import fc from 'fast-check'
import { fieldString, parseFieldList, parseFieldString } from '../../../lib/base/structured-fields.js'
import { fuzzer, textOf } from '../fuzzer.js'

/** A string or a token, and its text. */
const item = fc.oneof(
  textOf(['a', ' ', '"', '\\', ',', ';', '(', ')', '='], 6).map(text => text.replace(/[^\x20-\x7e]/g, ''))
    .map((value): [value: string, text: string] => [value, `"${value.replace(/["\\]/g, c => `\\${c}`)}"`]),
  fc.tuple(fc.constantFrom('a', 'Z', '*'), textOf(['b', '1', '-', '/', ':', '.', '~', '%'], 4))
    .map(parts => parts.join('').replace(/[^\x21-\x7e]|[(),;="\\<>?@[\]{}]/g, ''))
    .map((value): [value: string, text: string] => [value, value])
)
const param = fc.tuple(fc.constantFrom('a', 'b', 'path', '*k', 'a_1.-*'), fc.option(item), fc.constantFrom('', ' '))
const innerList = fc.tuple(fc.array(item, { maxLength: 4 }), fc.constantFrom(' ', '   '))
  .map(([items, blank]): [value: string[], text: string] => {
    const text = items.map(([, text]) => text).join(blank)
    return [items.map(([value]) => value), `(${text}${items.length > 1 ? blank : ''})`]
  })
const member = fc.tuple(fc.oneof(item, innerList), fc.array(param, { maxLength: 4 }))

export const fields = [
  fuzzer('a list of structured fields is read as RFC 9651 writes it',
    [fc.array(member, { maxLength: 5 }), fc.constantFrom(',', ', ', '\t,  ')], (members, comma) => {
      const text = members.map(([[, text], params]) =>
        text + params.map(([key, value, blank]) => `;${blank}${key}${value === null ? '' : `=${value[1]}`}`).join('')
      ).join(comma)
      const wanted = members.map(([[value], params]) =>
        ({ value, params: [...new Map(params.map(([key, value]) => [key, value === null ? true : value[0]]))] }))
      const found = parseFieldList(text)?.map(({ value, params }) => ({ value, params: [...params] }))
      if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)} from ${text}`)
      }
    }),
  fuzzer('any text is a list of structured fields within bounds, or none', [textOf(['a', '"', '\\', '(', ')', ',', ';',
    '=', ' ', '\t', '*', '"b"', ';c="d"'], 40)], text => {
    const members = parseFieldList(text) ?? []
    return members.length <= 16 && members.every(({ value, params }) =>
      [value, ...params.keys(), ...params.values()].flat().every(part => part === true || /^[\x20-\x7e]*$/.test(part)))
  }),
  fuzzer('items of an inner list stand apart, and nothing has more than sixteen parts',
    [item, item, fc.constantFrom('', ' '), fc.integer({ min: 1, max: 20 })],
    ([value, text], [other, next], blank, count) => {
      const apart = blank !== '' || (!text.startsWith('"') && !next.startsWith('"'))
      const inner = JSON.stringify(parseFieldList(`(${text}${blank}${next})`)?.map(({ value }) => value))
      const wanted = blank === '' ? [[value + other]] : [[value, other]]
      const many = Array.from({ length: count }, (_, i) => `k${i}`)
      const fits = [many.join(', '), `(${many.join(' ')})`, `a;${many.join(';')}`]
        .map(list => parseFieldList(list) !== undefined)
      return inner === (apart ? JSON.stringify(wanted) : undefined) && fits.every(one => one === (count <= 16))
    }),
  fuzzer('a string of a structured field is read as it was written', [textOf(['a', '"', '\\', ' ', ';', '=', ',']),
    fc.constantFrom('', ';a', '; b="c;"')], (any, params) => {
    const text = any.replace(/[^\x20-\x7e]/g, '')
    return parseFieldString(fieldString(text) + params, 8192) === text
  })
]
