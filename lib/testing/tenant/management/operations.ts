import * as resources from '../../../management/resources/index.js'
import { managementError } from './endpoint.js'
import type { TenantError } from '../engine/exchange.js'

interface Operation {
  verb: string
  path: RegExp
  /** The path with its parameters left blank. */
  template: string
  /** How many segments the path has. */
  size: number
  name: string
}

/** The operations of the Management client, by their number of segments. */
let known: Map<number, Operation[]> | undefined

function namesOf (tree: object, before: string): Operation[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const name = `${before}${key}`
    if (typeof value !== 'object' || value === null) return []
    const { verb, path } = value as { verb?: unknown, path?: unknown }
    if (typeof verb !== 'string' || typeof path !== 'string') return namesOf(value, `${name}.`)
    const template = path.replace(/\{\w+\}/gu, '{}')
    const pattern = new RegExp(`^${template.replaceAll('{}', '[^/]+')}$`, 'u')
    return [{ verb, name, path: pattern, template, size: path.split('/').length }]
  })
}

function read (): Map<number, Operation[]> {
  const operations = new Map<number, Operation[]>()
  const blanks = ({ template }: Operation): number => template.split('{}').length
  for (const operation of namesOf(resources, '').sort((a, b) => blanks(a) - blanks(b))) {
    operations.set(operation.size, [...operations.get(operation.size) ?? [], operation])
  }
  return operations
}

/** The operation of a call: of two that fit, the one with fewer parameters. */
function operationOf (method: string, path: string): Operation | undefined {
  known ??= read()
  return known.get(path.split('/').length)?.find(({ verb, path: pattern }) => verb === method && pattern.test(path))
}

/** Whether a call is meant for another operation than that of an endpoint whose path fits: `/clients/search`. */
export function isForAnother (method: string, path: string, endpoint: string): boolean {
  const operation = endpoint.includes(':') ? operationOf(method, path) : undefined
  return operation !== undefined && operation.template !== endpoint.replace(/:\w+/gu, '{}')
}

/** The error of a call that no endpoint here answers: it names the operation if Auth0 has it. */
export function notServed (method: string, path: string): TenantError {
  const operation = operationOf(method, path)
  if (operation === undefined) return managementError(404, 'Not Found')
  return managementError(501,
    `The local tenant does not serve ${method} /api/v2${path} (${operation.name}). Answer it with tenant.intercept().`,
    'not_implemented')
}
