import type { JobError } from '../../../types/management.js'
import { isObject } from '../../base/json.js'
import type { Batch } from './batches.js'
import type { ImportError } from './import-progress.js'

const IDENTIFIERS = ['user_id', 'email', 'username', 'phone_number'] as const

/** Finds the lines of the users that a job's errors are about. */
export function withLines (reports: readonly JobError[], batch: Batch): ImportError[] {
  const places = new Map<string, number[]>()
  batch.users().forEach((user, i) => {
    for (const key of keysOf(user)) places.set(key, [...places.get(key) ?? [], i])
  })
  const found = new Set<number>()
  return reports.map(({ user, errors = [] }) => {
    const place = keysOf(user).flatMap(key => places.get(key) ?? []).find(i => !found.has(i))
    if (place !== undefined) found.add(place)
    return {
      line: place === undefined ? undefined : batch.lines[place]!,
      user: identifiersOf(user),
      errors: errors.map(toProblem)
    }
  })
}

/** The same error for every user of a job that failed as a whole. */
export function forAll (batch: Batch, code: string, message: string): ImportError[] {
  return batch.users().map((user, i) => ({
    line: batch.lines[i]!,
    user: identifiersOf(user),
    errors: [{ code, message }]
  }))
}

function identifiersOf (user: unknown): ImportError['user'] {
  if (!isObject(user)) return {}
  return Object.fromEntries(IDENTIFIERS.filter(name => typeof user[name] === 'string').map(name => [name, user[name]]))
}

/** What users are told apart by: an identifier, or else all of it. */
function keysOf (user: unknown): string[] {
  return [
    ...Object.entries(identifiersOf(user)).map(([name, value]) => `${name} ${value.toLowerCase()}`),
    `all ${JSON.stringify(user)}`
  ]
}

function toProblem (
  { code = 'unknown', message = 'Auth0 gave no reason.', path }: NonNullable<JobError['errors']>[number]
): ImportError['errors'][number] {
  return { code, message, ...(path !== undefined && { path }) }
}
