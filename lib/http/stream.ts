import type { Readable, Transform } from 'node:stream'
import { TimeoutError } from '../errors.js'
import { invalid } from './body.js'
import { aborted } from '../base/deadline.js'
import { transportFailure } from './transport-failure.js'

/** What bounds a stream: no length and no deadline, only silence. */
interface StreamLimits {
  /** Seconds without a byte after which the stream fails. */
  idle: number
  signal?: AbortSignal | undefined
  host: string
  encoding: string
}

/**
 * A body to read as it comes: decoded, with failures as errors of this package. A slow reader is not taken for a silent
 * server.
 */
export function openStream (source: Readable, { idle, signal, host, encoding }: StreamLimits): Readable {
  const { Transform, pipeline } = process.getBuiltinModule('node:stream')
  const stages = decodersOf(source, encoding)
  const output = new Transform({
    transform (chunk: Uint8Array, _encoding, done) {
      timer.refresh()
      done(null, chunk)
    },
    destroy (error, done) {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
      done(error === null ? null : transportFailure(error, host))
    }
  })
  const timer = setTimeout(() => {
    if (output.readableLength > 0) timer.refresh()
    else output.destroy(new TimeoutError(`${host} sent nothing for ${idle} s.`))
  }, idle * 1000)
  const stop = (): void => {
    output.destroy(aborted(signal))
  }
  signal?.addEventListener('abort', stop, { once: true })
  // The outcome reaches the reader through `output`, which the pipeline destroys with the error.
  pipeline([source, ...stages, output], () => {})
  return output
}

/** What undoes an encoding, as stages of a pipeline. */
export function decodersOf (source: Readable, encoding: string): Transform[] {
  if (encoding === '' || encoding === 'identity') return []
  const zlib = process.getBuiltinModule('node:zlib')
  if (encoding === 'gzip' || encoding === 'x-gzip') return [zlib.createGunzip()]
  if (encoding === 'br') return [zlib.createBrotliDecompress()]
  if (encoding === 'deflate') return [zlib.createInflate()]
  // Nobody reads it any more: that it ends early is what is wanted.
  source.on('error', () => {}).destroy()
  throw invalid('The answer is compressed in an unknown way.')
}
