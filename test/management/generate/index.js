// npm run generate:management -- <openapi.json>
// Writes types/management-generated.ts from Auth0's OpenAPI document of the Management API.

import { readFile, writeFile } from 'node:fs/promises'
import { emit } from './emit.js'
import { managementTypes } from './types.js'

const [source] = process.argv.slice(2)
if (source === undefined) {
  console.error('Usage: npm run generate:management -- <openapi.json>')
  process.exit(1)
}
const { declarations } = managementTypes(JSON.parse(await readFile(source, 'utf8')))
await writeFile(new URL('../../../types/management-generated.ts', import.meta.url), emit(declarations))
console.log(`${declarations.size} types written to types/management-generated.ts`)
