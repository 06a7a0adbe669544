import type { CallOptions, User } from '../../../types/management.js'
import { parseText } from '../../base/json.js'
import { NetworkError } from '../../errors.js'
import { senderOf, type ManagementClient } from '../client.js'
import { unpacked } from './bytes.js'
import { RecordSplitter } from './user-records.js'
import { checkWaiting, waitForJob, WAITING, type WaitForJobOptions } from './wait-for-job.js'

/** What `exportUsers()` takes. Durations in seconds. */
export interface ExportUsersOptions extends WaitForJobOptions {
  /** One connection's users only. */
  connectionId?: string
  /**
   * The fields to export, e.g. `email` or `app_metadata.plan`, with the name each has in the file. Default: Auth0's
   * choice.
   */
  fields?: readonly (string | { name: string, export_as?: string })[]
  /** At most so many users. */
  limit?: number
}

const OPTIONS = ['connectionId', 'fields', 'limit', ...WAITING]
const MAX_USER = 16 * 1024 * 1024

/**
 * Exports users: starts a job, waits for its file and gives the users as they are read from it. Nothing begins before
 * the first user is asked for.
 * @throws ApiError `job_failed` when the job fails, or as the file's server refuses
 */
export async function * exportUsers (client: ManagementClient, options: ExportUsersOptions = {}): AsyncGenerator<User> {
  checkWaiting('exportUsers()', options, OPTIONS)
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
