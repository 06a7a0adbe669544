// npm run generate:management -- <openapi.json>
// Writes types/management-generated.ts from Auth0's OpenAPI document of the Management API, and from additions.json:
// what Auth0 documents elsewhere and that document does not hold yet.

import { readFile, writeFile } from 'node:fs/promises'
import { withAdditions } from './additions.js'
import { emit } from './emit.js'
import { managementTypes } from './types.js'

const [source] = process.argv.slice(2)
if (source === undefined) {
  console.error('Usage: npm run generate:management -- <openapi.json>')
  process.exit(1)
}
const document = JSON.parse(await readFile(source, 'utf8'))
const additions = JSON.parse(await readFile(new URL('additions.json', import.meta.url), 'utf8'))
const { declarations } = managementTypes(withAdditions(document, additions))
await writeFile(new URL('../../../types/management-generated.ts', import.meta.url),
  emit(declarations, additions.descriptions))
console.log(`${declarations.size} types written to types/management-generated.ts`)
