import { splitTop } from './schema-type.js'

const HEAD = `// Made by \`npm run generate:management -- <openapi.json>\` from Auth0's OpenAPI document; do not edit.
// Descriptions and limits are left out, equal types are merged, and nothing here is checked at run time.

/** An application's own fields. Open for merging: \`declare module 'fastify-auth0/management' { interface UserMetadata { theme?: string } }\` */
export interface UserMetadata { [field: string]: unknown }

/** Fields that only the application may change. Open for merging, as \`UserMetadata\` is. */
export interface AppMetadata { [field: string]: unknown }
`
/** Types whose members depend on a connection's strategy: the document lists some of them. */
const OPEN = new Set(['UpdateConnectionOptions'])
const OBJECT = /^\{ (.*) \}$/s

function declaration (name, type) {
  const members = splitTop(type, '|').length === 1 && splitTop(type, '&').length === 1 ? OBJECT.exec(type)?.[1] : undefined
  if (members === undefined) return `export type ${name} = ${type}`
  const lines = [...splitTop(members, ';'), ...(OPEN.has(name) ? ['[option: string]: unknown'] : [])]
  return `export interface ${name} {\n${lines.map((member) => `  ${member}`).join('\n')}\n}`
}

/** The text of the types' file. */
export function emit (declarations) {
  return `${HEAD}\n${[...declarations].map(([name, type]) => declaration(name, type)).join('\n\n')}\n`
}
