import { parseSafely } from '../../base/json.js'
import { InvalidArgumentError } from '../../errors.js'
import type { ImportError, ActiveJob, ImportProgress } from './import-progress.js'
import type { UserRecord } from './user-records.js'

/** What Auth0 takes in one job: bytes. */
export const JOB_BYTES = 500_000

const [OPEN, COMMA, CLOSE] = Buffer.from('[,]')

/** Users of one job: their JSON, written into one buffer as a list. */
export class Batch {
  /** The job, where an earlier import has created it. */
  readonly job: ActiveJob | undefined
  /** The place of the first user in the input, from 0. */
  readonly first: number
  /** The line each user begins on. */
  readonly lines: number[] = []
  /** Users before and between that cannot be sent. */
  readonly refused: ImportError[] = []
  /** The place after the last user. */
  next: number
  /** Bytes of users read so far. */
  bytes = 0
  readonly buffer: Buffer
  readonly #ends: number[] = []
  #length = 1

  constructor (buffer: Buffer, first: number, job?: ActiveJob) {
    this.buffer = buffer
    this.first = this.next = first
    this.job = job
    buffer[0] = OPEN!
  }

  /** Adds a user; says whether there was room. */
  add (json: Buffer, line: number): boolean {
    if (this.#length + json.length + 1 > JOB_BYTES) return false
    json.copy(this.buffer, this.#length)
    this.#ends.push(this.#length += json.length)
    this.buffer[this.#length++] = COMMA!
    this.lines.push(line)
    return true
  }

  /** The list of all users. */
  file (): Buffer {
    this.buffer[this.#length - 1] = CLOSE!
    return this.buffer.subarray(0, this.#length)
  }

  /** Each user as it was read. */
  users (): unknown[] {
    return this.#ends.map((end, i) => parseSafely(this.buffer.toString('utf8', (this.#ends[i - 1] ?? 0) + 1, end)))
  }
}

/**
 * Reads users into batches that fit a job. What an earlier import has done is passed over; its jobs under way come
 * first.
 * @param newBuffer gives buffers of `JOB_BYTES`
 * @throws InvalidArgumentError when the input is shorter than what was done
 */
export async function * readBatches (
  records: AsyncIterable<UserRecord[]>,
  { next: from, active }: Pick<ImportProgress, 'next' | 'active'>,
  newBuffer: () => Buffer
): AsyncGenerator<Batch> {
  const begun = active.map(job => new Batch(newBuffer(), job.first, job))
  let batch = new Batch(newBuffer(), from)
  let place = 0
  let bytes = 0
  const finished = (next: number): Batch => Object.assign(batch, { next, bytes })
  for await (const some of records) {
    for (const { json, line } of some) {
      const at = place++
      const problem = problemOf(json)
      if (at < from) {
        const earlier = begun.find(({ job }) => at >= job!.first && at < job!.first + job!.count)
        if (problem === undefined) earlier?.add(json!, line)
      } else {
        if (begun.length > 0) yield * begun.splice(0)
        if (problem !== undefined) {
          batch.refused.push({ line, user: {}, errors: [problem] })
        } else if (!batch.add(json!, line)) {
          yield finished(at)
          batch = new Batch(newBuffer(), at)
          batch.add(json!, line)
        }
      }
      bytes += json?.length ?? 0
    }
  }
  if (place < from) {
    throw new InvalidArgumentError(
      'resume',
      `The progress is of ${from} users, but there are only ${place}: it belongs to another input.`
    )
  }
  yield * begun
  yield finished(place)
}

function problemOf (json: Buffer | undefined): { code: string, message: string } | undefined {
  if (json === undefined) return { code: 'user_too_large', message: `The user has more than ${JOB_BYTES} bytes.` }
  if (parseSafely(json.toString()) === undefined) {
    return { code: 'invalid_json', message: 'The user is not valid JSON.' }
  }
  return undefined
}
