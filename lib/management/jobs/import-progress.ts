import { isObject } from '../../base/json.js'
import { InvalidArgumentError } from '../../errors.js'

/** Why one user was not imported. */
export interface ImportError {
  /**
   * The line of the input the user begins on, from 1; for a list of objects its place. `undefined` where Auth0's
   * report fits no user.
   */
  line: number | undefined
  /** What identifies the user. */
  user: { user_id?: string, email?: string, username?: string, phone_number?: string }
  errors: { code: string, message: string, path?: string }[]
}

/** A job that Auth0 works on. */
export interface ActiveJob {
  id: string
  /** The place of its first user in the input, from 0. */
  first: number
  count: number
}

/** How far an import is. */
export interface ImportProgress {
  /** Users that are done with, errors included. */
  users: number
  /** Jobs that have ended. */
  jobs: number
  /** Users that were not imported. */
  errors: number
  inserted: number
  updated: number
  /** Users that are read and given to jobs; there `resume` goes on. */
  next: number
  /** Bytes of users that are read. */
  bytes: number
  /** Bytes of the file; `undefined` where it is not known. */
  size?: number | undefined
  active: ActiveJob[]
}

const COUNTS = ['users', 'jobs', 'errors', 'inserted', 'updated', 'next', 'bytes'] as const

/**
 * A progress from the start, or from where an earlier one was.
 * @throws InvalidArgumentError when `resume` is no progress
 */
export function startProgress (resume: unknown, size: number | undefined): ImportProgress {
  if (resume === undefined) {
    return { users: 0, jobs: 0, errors: 0, inserted: 0, updated: 0, next: 0, bytes: 0, size, active: [] }
  }
  if (!isObject(resume) || !COUNTS.every(name => Number.isInteger(resume[name])) || !Array.isArray(resume.active) ||
    !resume.active.every(isActive)) {
    throw new InvalidArgumentError('resume', 'Option "resume" must be the last progress that onProgress() was told.')
  }
  const { users, jobs, errors, inserted, updated, next, bytes, active } = resume as unknown as ImportProgress
  return { users, jobs, errors, inserted, updated, next, bytes, size, active: active.map(job => ({ ...job })) }
}

function isActive (job: unknown): boolean {
  return isObject(job) && typeof job.id === 'string' && Number.isInteger(job.first) && Number.isInteger(job.count)
}
