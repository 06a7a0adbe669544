import { InvalidArgumentError } from '../../errors.js'
import { unpacked } from './bytes.js'
import { RecordSplitter, type UserRecord } from './user-records.js'

/** Users as Auth0's import takes them: the fields of the profile, and a password hash where there is one. */
export type ImportedUser = object

/** Where users come from: exactly one of the three. */
export interface UsersSource {
  /** Objects, in memory or as they are made. */
  users?: Iterable<ImportedUser> | AsyncIterable<ImportedUser>
  /** A path or file URL of NDJSON or a JSON array; also packed with gzip. */
  file?: string | URL
  /** The bytes of such a file. */
  stream?: AsyncIterable<Uint8Array | string>
}

/** The users of an import, some at a time. */
export interface UsersInput {
  /** Bytes of the file, where there is one. */
  size: number | undefined
  records: () => AsyncIterable<UserRecord[]>
}

/**
 * Opens the source of an import.
 * @param maxLength bytes of one user that are kept
 * @throws InvalidArgumentError
 */
export async function openUsers ({ users, file, stream }: UsersSource, maxLength: number): Promise<UsersInput> {
  const given = Object.entries({ users, file, stream }).filter(([, value]) => value !== undefined).map(([name]) => name)
  if (given.length !== 1) {
    throw new InvalidArgumentError(
      'users',
      `importUsers() takes one of "users", "file" and "stream"; given: ${given.join(', ') || 'none'}.`
    )
  }
  if (file !== undefined) {
    const { createReadStream, promises: { stat } } = process.getBuiltinModule('node:fs')
    const { size } = await stat(file).catch((error: unknown) => {
      throw new InvalidArgumentError('file', 'The file of users cannot be read.', error)
    })
    return { size, records: () => split(createReadStream(file), maxLength) }
  }
  if (stream !== undefined) {
    if (!isIterable(stream)) throw new InvalidArgumentError('stream', 'Option "stream" must be a stream of bytes.')
    return { size: undefined, records: () => split(stream, maxLength) }
  }
  if (!isIterable(users)) throw new InvalidArgumentError('users', 'Option "users" must be a list of objects.')
  return { size: undefined, records: () => written(users, maxLength) }
}

async function * split (source: AsyncIterable<Uint8Array | string>, maxLength: number): AsyncGenerator<UserRecord[]> {
  const splitter = new RecordSplitter(maxLength)
  for await (const chunk of unpacked(source)) yield splitter.push(chunk)
  splitter.end()
}

/** Objects have no lines: their place in the list counts. */
async function * written (
  users: Iterable<ImportedUser> | AsyncIterable<ImportedUser>,
  maxLength: number
): AsyncGenerator<UserRecord[]> {
  let line = 0
  for await (const user of users) {
    line++
    if (typeof user !== 'object' || user === null || Array.isArray(user)) {
      throw new InvalidArgumentError('users', `User ${line} must be an object.`)
    }
    const json = Buffer.from(JSON.stringify(user))
    yield [{ json: json.length > maxLength ? undefined : json, line }]
  }
}

function isIterable (value: unknown): value is Iterable<never> | AsyncIterable<never> {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
}
