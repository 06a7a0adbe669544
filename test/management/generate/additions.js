// Lays a small document over Auth0's.

/**
 * The document with additions: members of objects are merged, lists are joined, anything else is replaced.
 * @param {object} document an OpenAPI 3.1 document
 * @param {{ schemas: object, parameters: object }} additions schemas by name; query parameters by operation (`GET
 * /logs`)
 */
export function withAdditions (document, { schemas, parameters }) {
  const all = structuredClone(document)
  merge(all.components.schemas, schemas, [])
  for (const [operation, added] of Object.entries(parameters)) {
    const [verb, path] = operation.split(' ')
    const { [verb.toLowerCase()]: target } = all.paths[path]
    target.parameters ??= []
    for (const [name, more] of Object.entries(added)) {
      const known = target.parameters.find(parameter => parameter.in === 'query' && parameter.name === name)
      if (known === undefined) target.parameters.push({ name, in: 'query', ...more })
      else merge(known, more, [operation, name])
    }
  }
  return all
}

function merge (target, added, place) {
  for (const [name, value] of Object.entries(added)) {
    const known = target[name]
    if (Array.isArray(known) && Array.isArray(value)) target[name] = [...new Set([...known, ...value])]
    else if (isObject(known) && isObject(value)) merge(known, value, [...place, name])
    else target[name] = value
  }
}

const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value)
