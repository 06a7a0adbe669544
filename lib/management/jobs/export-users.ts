import type { CallOptions, Job, User } from '../../../types/management.js'
import { parseText } from '../../base/json.js'
import { NetworkError } from '../../errors.js'
import { senderOf, type ManagementClient } from '../client.js'
import { unpacked } from './bytes.js'
import { RecordSplitter } from './user-records.js'
import { waitForJob } from './wait-for-job.js'

/** What `exportUsers()` takes. Durations in seconds. */
export interface ExportUsersOptions {
  /** One connection's users only. */
  connectionId?: string
  /**
   * The fields to export, e.g. `email` or `app_metadata.plan`, with the name each has in the file. Default: Auth0's
   * choice.
   */
  fields?: readonly (string | { name: string, export_as?: string })[]
  /** At most so many users. */
  limit?: number
  /** Told of the job each time it was looked at. */
  onProgress?: (job: Job) => void
  /** Between two looks at the job. Default 2. */
  interval?: number
  /** How long to wait for the job. Default 3600. */
  timeout?: number
  /** Ends the export early. */
  signal?: AbortSignal
}

const MAX_USER = 16 * 1024 * 1024

/**
 * Exports users: starts a job, waits for its file and gives the users as they are read from it. Nothing begins before
 * the first user is asked for.
 * @throws ApiError `job_failed` when the job fails, or as the file's server refuses
 */
export async function * exportUsers (client: ManagementClient, options: ExportUsersOptions = {}): AsyncGenerator<User> {
  const { connectionId, fields, limit, signal, ...wait } = options
  const call: CallOptions = signal === undefined ? {} : { signal }
  const started = await client.jobs.usersExports.create({
    format: 'json',
    ...(connectionId !== undefined && { connection_id: connectionId }),
    ...(limit !== undefined && { limit }),
    ...(fields !== undefined && { fields: fields.map(field => typeof field === 'string' ? { name: field } : field) })
  }, call)
  const { location } = await waitForJob(client, started, { ...wait, ...call })
  if (location === undefined) {
    throw new NetworkError(`The job ${started.id} is completed, but has no file.`, undefined, 'invalid_response')
  }
  const file = await senderOf(client).download(location, 'The export file', signal)
  try {
    const splitter = new RecordSplitter(MAX_USER)
    for await (const chunk of unpacked(file)) {
      for (const { json } of splitter.push(chunk)) yield parseText(String(json)) as User
    }
    splitter.end()
  } finally {
    file.destroy()
  }
}
