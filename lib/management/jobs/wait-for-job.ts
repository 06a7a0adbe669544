import type { CallOptions, Job } from '../../../types/management.js'
import { checkSignal } from '../../base/deadline.js'
import { unknownName } from '../../base/nearest-name.js'
import { ApiError, InvalidArgumentError, TimeoutError } from '../../errors.js'
import { sleep, type Sleep } from '../../base/sleep.js'

/** How to wait for a job. Durations in seconds. */
export interface WaitForJobOptions {
  /** Told of the job each time it was looked at. */
  onProgress?: (job: Job) => void
  /** Between two looks at the job. Default 2. */
  interval?: number
  /** How long to wait for the job. Default 3600. */
  timeout?: number
  /** Ends the wait early. */
  signal?: AbortSignal
}

/** Names of the options. */
export const WAITING = ['onProgress', 'interval', 'timeout', 'signal']

/**
 * Checks how a function waits for jobs. Without an interval it would ask without a pause, and for ever.
 * @param known the function's options
 * @throws InvalidArgumentError
 */
export function checkWaiting (what: string, options: Pick<WaitForJobOptions, 'interval' | 'timeout' | 'signal'>,
  known: readonly string[] = WAITING): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError('options', `The options of ${what} must be an object.`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue
    throw new InvalidArgumentError(name, `Option "${name}" of ${what} is not known. ${unknownName(name, known)}`)
  }
  checkSeconds('interval', options.interval, { what, range: 'above 0' })
  checkSeconds('timeout', options.timeout, { what, range: '0 or more' })
  checkSignal(options.signal)
}

function checkSeconds (name: string, value: unknown, { what, range }: { what: string, range: string }): void {
  if (value === undefined || (typeof value === 'number' && (range === 'above 0' ? value > 0 : value >= 0))) return
  throw new InvalidArgumentError(name, `Option "${name}" of ${what} must be a number of seconds, ${range}.`)
}

interface JobClient {
  jobs: { get: (id: string, options?: CallOptions) => Promise<Job> }
}

/**
 * Waits until a job is completed.
 * @throws ApiError `job_failed` when it failed; `client.jobs.errors.get(id)` tells why
 * @throws TimeoutError when it takes longer than `timeout`, InvalidArgumentError for an option
 */
export async function waitForJob (
  client: JobClient,
  job: string | { id: string },
  options: WaitForJobOptions = {}
): Promise<Job> {
  checkWaiting('waitForJob()', options)
  const ended = await followJob(client, typeof job === 'string' ? job : job?.id, { sleep, ...options })
  if (ended.status !== 'failed') return ended
  const reason = ended.status_details === undefined ? '' : `: ${ended.status_details}`
  throw new ApiError({ code: 'job_failed', message: `The job ${ended.id} failed${reason}.`, body: ended })
}

/** Waits until a job has ended, well or badly. */
export async function followJob (
  client: JobClient,
  id: string,
  { onProgress, interval = 2, timeout = 3600, signal, sleep }: WaitForJobOptions & { sleep: Sleep }
): Promise<Job> {
  for (let waited = 0; ; waited += interval) {
    const job = await client.jobs.get(id, signal === undefined ? {} : { signal })
    onProgress?.(job)
    if (job.status === 'completed' || job.status === 'failed') return job
    if (waited + interval > timeout) throw new TimeoutError(`The job ${id} is still ${job.status} after ${timeout} s.`)
    await sleep(interval, signal)
  }
}
