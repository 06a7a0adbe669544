// A JSON schema as the text of a TypeScript type. References stay marked («Name») until schemas are merged and named.

/** The mark of a reference inside a type's text. */
export const REFERENCE = /«(\w+)»/g

const NAME = /^[A-Za-z_$][\w$]*$/
const OPEN_OBJECT = 'Record<string, unknown>'
const PLAIN = { string: 'string', boolean: 'boolean', number: 'number', integer: 'number', null: 'null', object: OPEN_OBJECT, array: 'unknown[]' }

const unique = (list) => [...new Set(list)]
const literal = (value) => typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value)
const isUnion = (type) => splitTop(type, '|').length > 1

/** Splits a type's text at an operator that is not inside brackets or quotes. */
export function splitTop (type, operator) {
  const parts = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let i = 0; i < type.length; i++) {
    const c = type[i]
    if (c === "'" && type[i - 1] !== '\\') quoted = !quoted
    else if (quoted) continue
    else if ('{[(<'.includes(c)) depth++
    else if ('}])>'.includes(c)) depth--
    else if (c === operator && depth === 0) {
      parts.push(type.slice(from, i).trim())
      from = i + 1
    }
  }
  return [...parts, type.slice(from).trim()]
}

/** A union without what another member already says. */
export function union (types) {
  let members = unique(types.flatMap((type) => splitTop(type, '|')))
  if (members.includes('unknown')) return 'unknown'
  if (members.includes('string')) members = members.filter((member) => !member.startsWith("'"))
  if (members.includes('boolean')) members = members.filter((member) => member !== 'true' && member !== 'false')
  if (members.includes('true') && members.includes('false')) members = unique(members.map((member) => member === 'true' || member === 'false' ? 'boolean' : member))
  if (members.includes('null')) members = [...members.filter((member) => member !== 'null'), 'null']
  return members.join(' | ')
}

function intersection (types) {
  const members = unique(types.filter((type) => type !== 'unknown' && type !== OPEN_OBJECT))
  if (members.length === 0) return types.includes(OPEN_OBJECT) ? OPEN_OBJECT : 'unknown'
  return members.map((member) => members.length > 1 && isUnion(member) ? `(${member})` : member).join(' & ')
}

function objectType (schema, inline) {
  const required = new Set(schema.required)
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const note = member.deprecated === true ? '/** @deprecated */ ' : ''
    return `${note}${NAME.test(name) ? name : literal(name)}${required.has(name) ? '' : '?'}: ${typeOf(member, inline)}`
  })
  if (members.length > 0) return `{ ${members.join('; ')} }`
  const rest = schema.additionalProperties
  return typeof rest === 'object' ? `Record<string, ${typeOf(rest, inline)}>` : OPEN_OBJECT
}

function ownType (schema, inline) {
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map(literal))
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => ownType({ ...schema, type }, inline)))
  if (schema.type === 'array' && schema.items !== undefined) {
    const item = typeOf(schema.items, inline)
    return isUnion(item) || splitTop(item, '&').length > 1 ? `(${item})[]` : `${item}[]`
  }
  if (schema.type === 'object' || schema.properties !== undefined) return objectType(schema, inline)
  return PLAIN[schema.type] ?? 'unknown'
}

/**
 * The text of the type a schema describes. Limits and formats are left out: types advise, Auth0 checks.
 * @param {object} schema
 * @param {Map<string, string>} inline types that are written out where they are used
 */
export function typeOf (schema, inline) {
  const referred = schema.$ref?.split('/').pop()
  if (referred !== undefined) return inline.get(referred) ?? `«${referred}»`
  const parts = [ownType(schema, inline)]
  if (schema.allOf !== undefined) parts.push(...schema.allOf.map((part) => typeOf(part, inline)))
  for (const choices of [schema.oneOf, schema.anyOf]) {
    if (choices === undefined) continue
    const types = choices.map((choice) => typeOf(choice, inline)).filter((type) => type !== 'unknown')
    if (types.length > 0) parts.push(union(types))
  }
  return intersection(unique(parts))
}
