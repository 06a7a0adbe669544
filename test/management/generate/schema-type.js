// A JSON schema as the text of a TypeScript type. References stay marked («Name») until schemas are merged and named.

/** The mark of a reference inside a type's text. */
export const REFERENCE = /«(\w+)»/g

const NAME = /^[A-Za-z_$][\w$]*$/
const OPEN_OBJECT = 'Record<string, unknown>'
const PLAIN = {
  string: 'string',
  boolean: 'boolean',
  number: 'number',
  integer: 'number',
  null: 'null',
  object: OPEN_OBJECT,
  array: 'unknown[]'
}

const unique = list => [...new Set(list)]
const literal = value =>
  typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value)
const isUnion = type => splitTop(type, '|').length > 1

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
  let members = unique(types.flatMap(type => splitTop(type, '|')))
  if (members.includes('unknown')) return 'unknown'
  if (members.includes('string')) members = members.filter(member => !member.startsWith("'"))
  if (members.includes('boolean')) members = members.filter(member => member !== 'true' && member !== 'false')
  if (members.includes('true') && members.includes('false')) {
    members = unique(members.map(member => member === 'true' || member === 'false' ? 'boolean' : member))
  }
  if (members.includes('null')) members = [...members.filter(member => member !== 'null'), 'null']
  return members.join(' | ')
}

function intersection (types) {
  const members = unique(types.filter(type => type !== 'unknown' && type !== OPEN_OBJECT))
  if (members.length === 0) return types.includes(OPEN_OBJECT) ? OPEN_OBJECT : 'unknown'
  return members.map(member => members.length > 1 && isUnion(member) ? `(${member})` : member).join(' & ')
}

function objectType (schema, context) {
  const required = new Set(schema.required)
  const members = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const note = [member.description, member.deprecated === true ? '@deprecated' : undefined].filter(Boolean).join(' ')
    return `${note === '' ? '' : `/** ${note} */ `}${NAME.test(name) ? name : literal(name)}${
      required.has(name) ? '' : '?'
    }: ${typeOf(member, context)}`
  })
  if (members.length > 0) {
    return `{ ${[...members, ...(isOpen(schema, context) ? ['[member: string]: unknown'] : [])].join('; ')} }`
  }
  const rest = schema.additionalProperties
  return typeof rest === 'object' ? `Record<string, ${typeOf(rest, context)}>` : OPEN_OBJECT
}

/**
 * Whether an object may hold more than the document lists: what Auth0 answers, and what is sent where Auth0 says so.
 */
function isOpen ({ additionalProperties: rest, 'x-open': open }, { isAnswer }) {
  return open === true || (isAnswer && rest !== undefined && rest !== false)
}

function ownType (schema, context) {
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.type === 'null') return 'null'
  if (Array.isArray(schema.type)) return union(schema.type.map(type => ownType({ ...schema, type }, context)))
  if (schema.enum !== undefined) return union(schema.enum.map(literal))
  if (schema.type === 'array' && schema.items !== undefined) {
    const item = typeOf(schema.items, context)
    return isUnion(item) || splitTop(item, '&').length > 1 ? `(${item})[]` : `${item}[]`
  }
  if (schema.type === 'object' || schema.properties !== undefined) return objectType(schema, context)
  return PLAIN[schema.type] ?? 'unknown'
}

/**
 * The text of the type a schema describes. Limits and formats are left out: types advise, Auth0 checks.
 * @param {object} schema
 * @param {{ inline: Map<string, string>, isAnswer: boolean }} context `inline`: types that are written out where they
 * are used
 */
export function typeOf (schema, context) {
  const referred = schema.$ref?.split('/').pop()
  if (referred !== undefined) return context.inline.get(referred) ?? `«${referred}»`
  const parts = [ownType(schema, context)]
  if (schema.allOf !== undefined) parts.push(...schema.allOf.map(part => typeOf(part, context)))
  for (const choices of [schema.oneOf, schema.anyOf]) {
    if (choices === undefined) continue
    const types = choices.map(choice => typeOf(choice, context)).filter(type => type !== 'unknown')
    if (types.length > 0) parts.push(union(types))
  }
  return intersection(unique(parts))
}
