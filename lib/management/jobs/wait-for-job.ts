import type { CallOptions, Job } from '../../../types/management.js'
import { ApiError, TimeoutError } from '../../errors.js'
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

interface JobClient {
  jobs: { get: (id: string, options?: CallOptions) => Promise<Job> }
}

/**
 * Waits until a job is completed.
 * @throws ApiError `job_failed` when it failed; `client.jobs.errors.get(id)` tells why
 * @throws TimeoutError when it takes longer than `timeout`
 */
export async function waitForJob (
  client: JobClient,
  job: string | { id: string },
  options: WaitForJobOptions = {}
): Promise<Job> {
  const ended = await followJob(client, typeof job === 'string' ? job : job.id, { sleep, ...options })
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
