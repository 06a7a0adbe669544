// What the operations of an OpenAPI document need types for: bodies, answers, query parameters.

import { typeOf } from './schema-type.js'

const VERBS = ['get', 'post', 'put', 'patch', 'delete']
const PAGE_MEMBERS = new Set(['start', 'limit', 'length', 'total', 'next', 'page', 'per_page'])

const pascal = text => text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first) => first.toUpperCase())

/** The operations of a document but for the event stream, whose catalogue of events is left out. */
export function * operations (document) {
  for (const [path, verbs] of Object.entries(document.paths)) {
    for (const verb of VERBS) {
      const operation = verbs[verb]
      if (operation === undefined) continue
      const answer = Object.values(operation.responses).map(({ content }) => content).find(Boolean)
      yield {
        id: `${verb.toUpperCase()} ${path}`,
        body: Object.values(operation.requestBody?.content ?? {})[0]?.schema,
        answer: answer?.['application/json']?.schema,
        query: operation.parameters?.filter(parameter =>
          parameter.in === 'query' && !shaping(answer?.['application/json']?.schema, document).has(parameter.name)
        ) ?? [],
        queryName: `${
          (operation['x-operation-request-parameters-name'] ?? pascal(operation.operationId)).replace(
            /RequestParameters$/,
            ''
          )
        }Query`
      }
    }
  }
}

/**
 * Query parameters that decide what a list is answered with. The methods of lists add them, each with its answer, so
 * that a query without them has one answer.
 */
function shaping (answer, { components: { schemas } }) {
  const resolved = resolve(answer, schemas)
  const forms = (resolved?.oneOf ?? []).map(form => resolve(form, schemas))
  const hasArray = forms.some(({ type }) => type === 'array')
  const hasCheckpoint = forms.some(({ properties = {} }) => 'next' in properties)
  return new Set(['include_totals', ...(hasArray && hasCheckpoint ? ['from', 'take'] : [])])
}

/** Takes the pages off a list's answer: what is left is the item. Other answers come back as they are. */
export function withoutPages (schema, schemas) {
  const resolved = resolve(schema, schemas)
  if (resolved === undefined) return []
  const forms = (resolved.oneOf ?? [resolved]).map(form => resolve(form, schemas))
  const items = forms.map(form => form.type === 'array' ? itemOfArray(form) : itemOfPage(form))
  if (items.every(item => item !== undefined)) return items
  return [schema]
}

/** An item without a name of its own stays with its list. */
function itemOfArray ({ items }) {
  return items.properties === undefined ? items : undefined
}

function itemOfPage ({ properties = {} }) {
  const rest = Object.entries(properties).filter(([name]) => !PAGE_MEMBERS.has(name))
  const paged = 'next' in properties || 'start' in properties || 'total' in properties
  return paged && rest.length === 1 && rest[0][1].type === 'array' ? rest[0][1].items : undefined
}

export function resolve (schema, schemas) {
  return schema?.$ref === undefined ? schema : resolve(schemas[schema.$ref.split('/').pop()], schemas)
}

/** The type of an operation's query: an array may also be given as its single value. */
export function queryType (parameters, context) {
  const members = parameters.map(({ name, required, schema, description }) => {
    const type = typeOf(context.resolve(schema), context)
    const item = /^\(?(.*?)\)?\[\]$/s.exec(type)?.[1]
    return `${description === undefined ? '' : `/** ${description} */ `}${name}${required ? '' : '?'}: ${
      item === undefined ? type : `${item} | readonly ${type}`
    }`
  })
  return `{ ${members.join('; ')} }`
}
