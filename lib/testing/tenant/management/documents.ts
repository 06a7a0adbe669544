/** Fields of the Management API, and what the tenant itself calls them. */
export type Fields = Readonly<Record<string, string>>

/** What the API was told about a thing, and the tenant itself has no use for. */
const further = new WeakMap<object, Record<string, unknown>>()

/** A thing as the API shows it. */
export function documentOf (thing: object, fields: Fields): Record<string, unknown> {
  const own = Object.entries(fields).map(([name, property]) => [name, (thing as Record<string, unknown>)[property]])
  return Object.fromEntries(
    [...own, ...Object.entries(further.get(thing) ?? {})].filter(([, value]) => value !== undefined)
  )
}

/** Changes a thing as a body of the API says; `null` takes a field away. */
export function change (thing: object, fields: Fields, changes: Readonly<Record<string, unknown>>): void {
  const rest = { ...further.get(thing) }
  for (const [name, value] of Object.entries(changes)) {
    const [target, property] = Object.hasOwn(fields, name)
      ? [thing as Record<string, unknown>, fields[name]!]
      : [rest, name]
    if (value === null) delete target[property]
    else target[property] = value
  }
  further.set(thing, rest)
}

/** Metadata merged the way Auth0 does: the first level only, `null` takes a member away. */
export function mergeMetadata (before: unknown, changes: unknown): unknown {
  if (typeof changes !== 'object' || changes === null) return changes
  return Object.fromEntries(Object.entries({ ...before as object, ...changes }).filter(([, value]) => value !== null))
}

/** Keeps the fields that `fields` names, or all others with `include_fields=false`. */
export function selectFields (document: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const fields = query.get('fields')
  if (fields === null) return document
  const named = new Set(fields.split(',').map(name => name.trim()))
  const keep = query.get('include_fields') !== 'false'
  return Object.fromEntries(Object.entries(document).filter(([name]) => named.has(name) === keep))
}
