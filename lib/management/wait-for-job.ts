import type { CallOptions, Job } from '../../types/management.js'
import { ApiError, TimeoutError } from '../errors.js'
import { sleep } from '../base/sleep.js'

/** How to wait for a job. Durations in seconds. */
export interface WaitForJobOptions {
  /** Told of the job each time it was looked at. */
  onProgress?: (job: Job) => void
  /** Between two looks. Default 2. */
  interval?: number
  /** How long to wait in all. Default 3600. */
  timeout?: number
  signal?: AbortSignal
}

interface JobClient {
  jobs: { get: (id: string, options?: CallOptions) => Promise<Job> }
}

/**
 * Waits until a job is completed.
 * @throws ApiError `job_failed`, when it failed; `client.jobs.errors.get(id)` tells why.
 */
export async function waitForJob (
  client: JobClient,
  job: string | { id: string },
  options: WaitForJobOptions = {}
): Promise<Job> {
  const { onProgress, interval = 2, timeout = 3600, signal } = options
  const id = typeof job === 'string' ? job : job.id
  const look = async (): Promise<Job> => {
    const current = await client.jobs.get(id, signal === undefined ? {} : { signal })
    onProgress?.(current)
    return current
  }
  let current = await look()
  for (let waited = interval; current.status !== 'completed' && current.status !== 'failed'; waited += interval) {
    if (waited > timeout) throw new TimeoutError(`The job ${id} is still ${current.status} after ${timeout} s.`)
    await sleep(interval, signal)
    current = await look()
  }
  if (current.status === 'failed') {
    throw new ApiError({
      code: 'job_failed',
      message: `The job ${id} ` +
    `failed${details(current)}.`,
      body: current
    })
  }
  return current
}

function details ({ status_details: text }: Job): string {
  return text === undefined ? '' : `: ${text}`
}
