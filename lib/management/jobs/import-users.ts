import type { JobError } from '../../../types/management.js'
import { InvalidArgumentError, RateLimitError, TimeoutError } from '../../errors.js'
import { senderOf, type ManagementClient } from '../client.js'
import { JOB_BYTES, readBatches, type Batch } from './batches.js'
import { startProgress, type ImportError, type ImportProgress } from './import-progress.js'
import { forAll, withLines } from './import-errors.js'
import { openUsers, type UsersInput, type UsersSource } from './users-input.js'
import { checkWaiting, followJob, WAITING } from './wait-for-job.js'

/** What `importUsers()` takes: one of `users`, `file` and `stream`, and the rest. Durations in seconds. */
export interface ImportUsersOptions extends UsersSource {
  /** The database connection, `con_…`. */
  connectionId: string
  /** Change users that are there already; otherwise they are errors. Default false. */
  upsert?: boolean
  /** Send the tenant's owners an e-mail after each job. Default false. */
  sendCompletionEmail?: boolean
  /** Told after each step. With the last progress, `resume` goes on; it can be kept as JSON. */
  onProgress?: (progress: ImportProgress) => void
  /** Told of each user that was not imported, as it becomes known; then the result holds no errors. */
  onError?: (error: ImportError) => void
  /** The last progress of an import of the same users that ended early. */
  resume?: ImportProgress
  /** Between two looks at a job. Default 2. */
  interval?: number
  /** How long to wait for one job, and for other imports to end. Default 3600. */
  timeout?: number
  /** Ends the import early; jobs under way go on at Auth0. */
  signal?: AbortSignal
}

/** How an import ended. */
export interface ImportResult extends Pick<ImportProgress, 'users' | 'jobs' | 'errors' | 'inserted' | 'updated'> {
  /** Why users were not imported; empty with `onError`. */
  failures: ImportError[]
}

/** Jobs that Auth0 takes at a time. */
const JOBS = 2
const OPTIONS = ['users', 'file', 'stream', 'connectionId', 'upsert', 'sendCompletionEmail', 'onError', 'resume',
  ...WAITING]

/**
 * Imports users into a database connection, as many as there are: in jobs of at most 500 KB, two at a time.
 * @throws InvalidArgumentError for an option, or for an input that is no list of users (with the line)
 * @throws ApiError when Auth0 refuses a job; users of a job that fails later are among the `failures`
 */
export async function importUsers (client: ManagementClient, options: ImportUsersOptions): Promise<ImportResult> {
  checkOptions(options)
  return await new Import(client, options, await openUsers(options, JOB_BYTES - 2)).run()
}

class Import {
  readonly #client: ManagementClient
  readonly #options: ImportUsersOptions
  readonly #input: UsersInput
  readonly #progress: ImportProgress
  readonly #failures: ImportError[] = []
  /** Ends what is under way when one job cannot be followed. */
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal
  readonly #underWay = new Set<Promise<void>>()
  /** Buffers of jobs that have ended: memory stays what a few jobs need. */
  readonly #spare: Buffer[] = []
  readonly #buffer = (): Buffer => this.#spare.pop() ?? Buffer.allocUnsafeSlow(JOB_BYTES)

  constructor (client: ManagementClient, options: ImportUsersOptions, input: UsersInput) {
    const { signal, resume } = options
    this.#client = client
    this.#options = options
    this.#input = input
    this.#progress = startProgress(resume, input.size)
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal])
  }

  async run (): Promise<ImportResult> {
    try {
      const from = startProgress(this.#progress, undefined)
      for await (const batch of readBatches(this.#input.records(), from, this.#buffer)) await this.#take(batch)
      while (this.#underWay.size > 0) await Promise.race(this.#underWay)
    } catch (error) {
      this.#stop.abort(error)
      await Promise.allSettled(this.#underWay)
      throw error
    }
    const { users, jobs, errors, inserted, updated } = this.#progress
    return { users, jobs, errors, inserted, updated, failures: this.#failures }
  }

  /** Gives a batch to a job, as soon as there is room for one more. */
  async #take (batch: Batch): Promise<void> {
    if (batch.job !== undefined) {
      this.#follow(batch.job.id, batch)
      return
    }
    if (batch.lines.length > 0) {
      while (this.#underWay.size >= JOBS) await Promise.race(this.#underWay)
      const { id } = await this.#create(batch.file())
      this.#progress.active.push({ id, first: batch.first, count: batch.next - batch.first })
      this.#follow(id, batch)
    }
    this.#progress.next = batch.next
    this.#progress.bytes = batch.bytes
    this.#progress.users += batch.refused.length
    this.#fail(batch.refused)
    this.#tell()
  }

  /** Creates a job; where other imports into the tenant run, when they have ended. */
  async #create (users: Buffer): Promise<{ id: string }> {
    const { connectionId, upsert = false, sendCompletionEmail = false, interval = 2, timeout = 3600 } = this.#options
    const body = { users, connection_id: connectionId, upsert, send_completion_email: sendCompletionEmail }
    for (let waited = 0; ; waited += interval) {
      try {
        return await this.#client.jobs.usersImports.create(body, { signal: this.#signal })
      } catch (error) {
        if (!(error instanceof RateLimitError && error.code === 'too_many_active_jobs')) throw error
        if (waited >= timeout) {
          throw new TimeoutError(`Other imports into the tenant did not end within ${timeout} s.`, error)
        }
      }
      await senderOf(this.#client).sleep(interval, this.#signal)
    }
  }

  #follow (id: string, batch: Batch): void {
    const followed = this.#finish(id, batch).finally(() => this.#underWay.delete(followed))
    // `run` waits for it later and meets its failure then.
    followed.catch(() => {})
    this.#underWay.add(followed)
  }

  async #finish (id: string, batch: Batch): Promise<void> {
    const { interval = 2, timeout = 3600 } = this.#options
    const { sleep } = senderOf(this.#client)
    const job = await followJob(this.#client, id, { interval, timeout, signal: this.#signal, sleep })
    const { inserted = 0, updated = 0, failed = 0 } = job.summary ?? {}
    const hasFailed = job.status === 'failed'
    const errors = hasFailed || failed > 0 ? await this.#errorsOf(id, batch, hasFailed) : []
    const progress = this.#progress
    progress.jobs++
    progress.users += batch.lines.length
    progress.inserted += inserted
    progress.updated += updated
    // Auth0 may tell of fewer than it counted.
    progress.errors += Math.max(0, failed - errors.length)
    progress.active = progress.active.filter(active => active.id !== id)
    this.#spare.push(batch.buffer)
    this.#fail(errors)
    this.#tell()
  }

  async #errorsOf (id: string, batch: Batch, hasFailed: boolean): Promise<ImportError[]> {
    const reports = await this.#client.jobs.errors.get(id, { signal: this.#signal })
    if (Array.isArray(reports) && reports.length > 0) return withLines(reports as JobError[], batch)
    if (!hasFailed) return []
    const reason = reports === undefined || Array.isArray(reports) ? undefined : reports.status_details
    return forAll(batch, 'job_failed', reason ?? 'The job failed.')
  }

  #fail (errors: readonly ImportError[]): void {
    this.#progress.errors += errors.length
    const { onError } = this.#options
    if (onError === undefined) this.#failures.push(...errors)
    else for (const error of errors) onError(error)
  }

  #tell (): void {
    this.#options.onProgress?.({ ...this.#progress, active: this.#progress.active.map(job => ({ ...job })) })
  }
}

function checkOptions (options: ImportUsersOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('options', 'importUsers() takes "connectionId", and "users", "file" or "stream".')
  }
  checkWaiting('importUsers()', options, OPTIONS)
  if (typeof options.connectionId !== 'string' || options.connectionId === '') {
    throw new InvalidArgumentError('connectionId', 'Option "connectionId" must be the id of a database connection.')
  }
}
