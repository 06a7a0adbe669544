import type { Readable } from 'node:stream'

/**
 * A stream as the body of a `Response`, read as far as it is asked for. `Readable.toWeb` is not used: there, a chunk
 * that comes after the body was cancelled throws an error that nobody can catch, which ends the process.
 */
export function webBody (source: Readable): ReadableStream<Uint8Array> {
  // What fails reaches the reader through the iterator. Without a listener it would end the process as well.
  source.on('error', () => {})
  let chunks: AsyncIterator<Uint8Array> | undefined
  return new ReadableStream({
    async pull (controller) {
      chunks ??= source[Symbol.asyncIterator]()
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    },
    cancel () {
      source.destroy()
    }
  }, { highWaterMark: 0 })
}
