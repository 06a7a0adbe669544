// From an OpenAPI document to the declarations of the Management API's types.

import { mergeEqual } from './merge.js'
import { nameGroups, separateQueries } from './names.js'
import { operations, queryType, resolve, withoutPages } from './operations.js'
import { REFERENCE, typeOf } from './schema-type.js'

/** Schemas that applications extend by declaration merging; written by hand in the file's head. */
const OPEN = {
  UserMetadata: 'UserMetadata',
  UserMetadataSchema: 'UserMetadata',
  AppMetadata: 'AppMetadata',
  UserAppMetadataSchema: 'AppMetadata'
}
const INLINE_LENGTH = 70

const references = type => [...type.matchAll(REFERENCE)].map(([, name]) => name)

/** Types so small, and without references, that a name for them would only be in the way. */
function smallTypes (schemas) {
  const small = new Map(Object.entries(OPEN))
  for (let size = -1; size < small.size;) {
    size = small.size
    for (const [name, schema] of Object.entries(schemas)) {
      if (small.has(name)) continue
      const type = typeOf(schema, { inline: small, isAnswer: false })
      if (!/[«{]/.test(type) && type.length <= INLINE_LENGTH) small.set(name, type)
    }
  }
  return small
}

/** Schemas that answers lead to. */
function answered (document) {
  const found = new Set()
  const visit = value => {
    if (typeof value !== 'object' || value === null) return
    const name = value.$ref?.split('/').pop()
    if (name !== undefined && !found.has(name)) {
      found.add(name)
      visit(document.components.schemas[name])
    }
    for (const member of Object.values(value)) visit(member)
  }
  for (const { answer } of operations(document)) visit(answer)
  return found
}

/** An object that may be `null` is declared without it: the places that use it say so. */
const isNullableObject = ({ type, properties }) =>
  Array.isArray(type) && type.includes('null') && properties !== undefined

/** The declarations the roots lead to. */
function reach (roots, declared) {
  const reached = new Map()
  const open = [...roots]
  while (open.length > 0) {
    const name = open.pop()
    if (reached.has(name)) continue
    reached.set(name, declared.get(name))
    open.push(...references(declared.get(name)))
  }
  return reached
}

/** Writes out what is no object and is used in one place only. */
function inlineSingles (declarations, roots) {
  const uses = new Map()
  for (const type of declarations.values()) {
    for (const name of references(type)) uses.set(name, (uses.get(name) ?? 0) + 1)
  }
  const single = name =>
    uses.get(name) === 1 && !roots.has(name) && !declarations.get(name).startsWith('{') &&
    !references(declarations.get(name)).includes(name)
  const expand = type =>
    type.replace(REFERENCE, (mark, name) => single(name) ? wrapped(expand(declarations.get(name))) : mark)
  return new Map([...declarations].filter(([name]) => !single(name)).map(([name, type]) => [name, expand(type)]))
}

/** A named array is written out, so that its item may stand alone. */
function arrayOf (schema, schemas) {
  const resolved = resolve(schema, schemas)
  return resolved?.type === 'array' ? resolved : schema
}

const wrapped = type => /[|&]/.test(type) ? `(${type})` : type

/**
 * @param {object} document an OpenAPI 3.1 document
 * @returns {{ declarations: Map<string, string>, operations: Map<string, { body?: string, answer?: string[], query?:
 * string }> }}
 */
export function managementTypes (document) {
  const schemas = document.components.schemas
  const small = smallTypes(schemas)
  const inline = new Map(small)
  for (const [name, schema] of Object.entries(schemas)) {
    if (isNullableObject(schema) && !small.has(name)) inline.set(name, `«${name}» | null`)
  }
  const inAnswers = answered(document)
  const contextOf = isAnswer => ({ inline, isAnswer, resolve: schema => arrayOf(schema, schemas) })
  const declare = (name, schema) =>
    typeOf(isNullableObject(schema) ? { ...schema, type: 'object' } : schema, contextOf(inAnswers.has(name)))
  const declared = new Map(
    Object.entries(schemas).filter(([name]) => !small.has(name)).map(([name, schema]) => [name, declare(name, schema)])
  )
  const used = new Map()
  const roots = new Set()
  for (const operation of operations(document)) {
    const query = operation.query.length > 0 ? `«${operation.queryName}»` : undefined
    if (query !== undefined) declared.set(operation.queryName, queryType(operation.query, contextOf(false)))
    const types = {
      body: operation.body && typeOf(operation.body, contextOf(false)),
      answer: withoutPages(operation.answer, schemas).map(schema => typeOf(schema, contextOf(true))),
      query
    }
    used.set(operation.id, types)
    for (const type of [types.body, ...types.answer, types.query]) {
      for (const name of references(type ?? '')) roots.add(name)
    }
  }
  const reached = reach(roots, declared)
  const groups = separateQueries(mergeEqual(reached))
  const names = nameGroups(groups)
  const renamed = type => type?.replace(REFERENCE, (_, name) => `«${names.get(name)}»`)
  const merged = new Map(groups.map(([member]) => [names.get(member), renamed(reached.get(member))]))
  const rootNames = new Set([...roots].map(name => names.get(name)))
  const bare = type => type?.replace(REFERENCE, '$1')
  return {
    groups,
    names,
    declarations: new Map(
      [...inlineSingles(merged, rootNames)].map(([name, type]) => [name, bare(type)]).sort(([a], [b]) => a < b ? -1 : 1)
    ),
    operations: new Map(
      [...used].map(([id, { body, answer, query }]) => [id, {
        body: bare(renamed(body)),
        answer: answer.map(type => bare(renamed(type))),
        query: bare(renamed(query))
      }])
    )
  }
}
