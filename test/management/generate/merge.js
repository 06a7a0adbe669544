import { REFERENCE, splitTop } from './schema-type.js'

const OBJECT = /^\{ (.*) \}$/s

/** The order of an object's members does not count; a query is never merged with anything but a query. */
function form (name, type) {
  const members = OBJECT.exec(type)?.[1]
  const sorted = members === undefined || splitTop(type, '&').length > 1
    ? type
    : splitTop(members, ';').sort().join('; ')
  return name.endsWith('Query') ? `query ${sorted}` : sorted
}

/**
 * Groups declarations whose types are the same once references are followed (the coarsest such grouping, so
 * declarations that refer to themselves are merged too).
 * @param {Map<string, string>} types name -> text of its type
 * @returns {string[][]} groups of names, each sorted
 */
export function mergeEqual (types) {
  const forms = new Map([...types].map(([name, type]) => [name, form(name, type)]))
  let groupOf = new Map([...types.keys()].map(name => [name, 0]))
  for (let groups = 1; ;) {
    const ids = new Map()
    const next = new Map()
    for (const [name, form] of forms) {
      const seen = `${groupOf.get(name)} ${form.replace(REFERENCE, (_, target) => `«${groupOf.get(target)}»`)}`
      if (!ids.has(seen)) ids.set(seen, ids.size)
      next.set(name, ids.get(seen))
    }
    groupOf = next
    if (ids.size === groups) break
    groups = ids.size
  }
  const members = new Map()
  for (const [name, group] of groupOf) members.set(group, [...members.get(group) ?? [], name])
  return [...members.values()].map(names => names.sort())
}
