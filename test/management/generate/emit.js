import { splitTop } from './schema-type.js'

const HEAD = `// Made by \`npm run generate:management -- <openapi.json>\` from Auth0's OpenAPI document; do not edit.
// Limits are left out, equal types are merged, and nothing here is checked at run time.

/**
 * An application's own fields. Open for merging: \`declare module 'fastify-auth0/management' { interface UserMetadata {
 * theme?: string } }\`
 */
export interface UserMetadata { [field: string]: unknown }

/** Fields that only the application may change. Open for merging, as \`UserMetadata\` is. */
export interface AppMetadata { [field: string]: unknown }
`
const OBJECT = /^\{ (.*) \}$/s

function declaration (name, type, descriptions) {
  const members = splitTop(type, '|').length === 1 && splitTop(type, '&').length === 1
    ? OBJECT.exec(type)?.[1]
    : undefined
  if (members === undefined) return `export type ${name} = ${type}`
  const lines = splitTop(members, ';')
  const open = new Map(Object.entries(descriptions))
  const described = lines.map(member => {
    const field = /^(?:\/\*\*.*?\*\/ )?(\w+)\??:/.exec(member)?.[1]
    const text = open.get(field)
    open.delete(field)
    return text === undefined ? `  ${member}` : `  /** ${text} */\n  ${member}`
  })
  if (open.size > 0) throw new Error(`${name} has no ${[...open.keys()].join(', ')} to describe`)
  return `export interface ${name} {\n${described.join('\n')}\n}`
}

/** The text of the types' file, with the sentences that describe fields. */
export function emit (declarations, descriptions) {
  for (const name of Object.keys(descriptions)) {
    if (!declarations.has(name)) throw new Error(`There is no ${name} to describe`)
  }
  return `${HEAD}\n${
    [...declarations].map(([name, type]) => declaration(name, type, descriptions[name] ?? {})).join('\n\n')
  }\n`
}
