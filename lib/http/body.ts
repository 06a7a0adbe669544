import { isAscii, isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { NetworkError } from '../errors.js'

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

/**
 * The whole body, refused as soon as it is longer than `maxBytes`; then the source is destroyed. By events: iterating
 * over a stream costs several promises for each chunk.
 */
export function collect (source: Readable, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // No event comes from a source that is closed, or has failed.
    if (source.closed || (source.errored ?? undefined) !== undefined) {
      reject(source.errored ?? invalid('The answer broke off.'))
      return
    }
    const parts: Uint8Array[] = []
    let length = 0
    source.on('data', (chunk: Uint8Array) => {
      length += chunk.byteLength
      parts.push(chunk)
      if (length > maxBytes) {
        reject(tooLarge(maxBytes))
        source.destroy()
      }
    })
    let complete = false
    source.once('end', () => {
      complete = true
      resolve(joined(parts, length))
    })
    source.once('error', reject)
    // An error costs more to make than all else here.
    source.once('close', () => {
      if (!complete) reject(invalid('The answer broke off.'))
    })
  })
}

/** The parts as one; a part that is alone is not copied. */
export function joined (parts: readonly Uint8Array[], length: number): Buffer {
  return parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts, length)
}

/** The same bytes as a `Buffer`, not a copy. */
export function asBuffer (bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Undoes `Content-Encoding`; the limit counts what comes out. */
export async function decompress (body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body
  const decoder = decoderOf(body, encoding)
  if (decoder === undefined) throw invalid('The answer is compressed in an unknown way.')
  try {
    return await decoder(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes)
    throw invalid('The answer is compressed, and broken.', error)
  }
}

/**
 * `deflate` is zlib by the standard, and raw with some servers; the first byte tells. `node:zlib` is loaded with the
 * first answer that needs it.
 */
function decoderOf (body: Buffer, encoding: string): Decoder | undefined {
  const zlib = process.getBuiltinModule('node:zlib')
  const { promisify } = process.getBuiltinModule('node:util')
  if (encoding === 'gzip' || encoding === 'x-gzip') return promisify(zlib.gunzip)
  if (encoding === 'br') return promisify(zlib.brotliDecompress)
  if (encoding === 'deflate') return promisify((body[0]! & 0x0f) === 8 ? zlib.inflate : zlib.inflateRaw)
  return undefined
}

/** The body's text. What a failing server says may be of any encoding; an answer that is used must be UTF-8. */
export function decodeText (body: Buffer, status: number): string {
  if (isAscii(body)) return body.toString('latin1')
  if (status < 400 && !isUtf8(body)) throw invalid('The answer is not UTF-8.')
  return body.toString('utf8')
}

/** The error of an answer that cannot be used. */
export function invalid (message: string, cause?: unknown): NetworkError {
  return new NetworkError(message, cause, 'invalid_response')
}

/** The error of an answer that is longer than it may be. */
export function tooLarge (maxBytes: number): NetworkError {
  return new NetworkError(`The answer is larger than ${maxBytes} bytes.`, undefined, 'response_too_large')
}
