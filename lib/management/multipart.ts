import type { Readable } from 'node:stream'
import type { UploadOptions } from '../../types/management.js'
import { InvalidArgumentError } from '../errors.js'

/** A multipart body. */
interface Multipart {
  headers: Record<string, string>
  body: () => Readable
  /** Whether `body` can be called again: not where the file came as a stream. */
  repeatable: boolean
}

interface File {
  open: () => AsyncIterable<Uint8Array>
  size?: number
  repeatable: boolean
}

/** Writes fields and one file as `multipart/form-data`; the file is read while it is sent. @see RFC 7578 */
export async function multipart (
  fields: Record<string, unknown>,
  fileField: string,
  onProgress?: UploadOptions['onProgress']
): Promise<Multipart> {
  const boundary = `fastify-auth0-${process.getBuiltinModule('node:crypto').randomUUID()}`
  const file = await toFile(fileField, fields[fileField])
  const head = Object.entries(fields)
    .filter(([name, value]) => name !== fileField && value !== undefined)
    .map(
      ([name, value]) =>
        `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"\r\n\r\n${text(name, value)}\r\n`
    )
    .join('') +
    `--${boundary}\r\ncontent-disposition: form-data; name="${fileField}"; ` +
    `filename="${fileField}.json"\r\ncontent-type: application/json\r\n\r\n`
  const tail = `\r\n--${boundary}--\r\n`

  async function * write (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(head)
    let sent = 0
    for await (const chunk of file.open() as AsyncIterable<Uint8Array | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      yield bytes
      sent += bytes.byteLength
      onProgress?.({ sent, ...(file.size !== undefined && { total: file.size }) })
    }
    yield Buffer.from(tail)
  }

  const length = file.size === undefined ? undefined : Buffer.byteLength(head) + file.size + Buffer.byteLength(tail)
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      ...(length !== undefined && { 'content-length': String(length) })
    },
    body: () => process.getBuiltinModule('node:stream').Readable.from(write(), { objectMode: false }),
    repeatable: file.repeatable
  }
}

/** @see WHATWG HTML section 4.10.22.8 */
function quoted (name: string): string {
  return name.replace(/["\r\n]/g, character => encodeURIComponent(character))
}

function text (name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return String(value)
  throw new InvalidArgumentError(name, `The field "${name}" must be a text, a number or a boolean.`)
}

async function toFile (name: string, value: unknown): Promise<File> {
  if (typeof value === 'string' || value instanceof URL) return await fileAt(name, value)
  if (value instanceof Uint8Array) {
    const { Readable } = process.getBuiltinModule('node:stream')
    return { open: () => Readable.from(pieces(value)), size: value.byteLength, repeatable: true }
  }
  if (isStream(value)) return { open: () => value, repeatable: false }
  throw new InvalidArgumentError(name, `The field "${name}" must be a path, a file URL, bytes or a stream of bytes.`)
}

const PIECE = 64 * 1024

/** Views of the bytes, so that they go out with progress and are not copied. */
function * pieces (bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE) yield bytes.subarray(at, at + PIECE)
}

async function fileAt (name: string, path: string | URL): Promise<File> {
  try {
    const { createReadStream, promises: { stat } } = process.getBuiltinModule('node:fs')
    const { size } = await stat(path)
    return { open: () => createReadStream(path), size, repeatable: true }
  } catch (error) {
    throw new InvalidArgumentError(name, `The file of "${name}" cannot be read.`, error)
  }
}

function isStream (value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
