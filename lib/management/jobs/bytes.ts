import { asBuffer } from '../../http/body.js'

/** The bytes of a source; a gzip file is recognised by its first bytes and unpacked. @see RFC 1952 section 2.3.1 */
export async function * unpacked (source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  const chunks = toBuffers(source)
  const first = await chunks.next()
  if (first.done === true) return
  const all = prepend(first.value, chunks)
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield * all
    return
  }
  const gunzip = process.getBuiltinModule('node:zlib').createGunzip()
  const { Readable, pipeline } = process.getBuiltinModule('node:stream')
  // What fails reaches the reader through `gunzip`, which the pipeline destroys with the error.
  pipeline(Readable.from(all), gunzip, () => {})
  yield * gunzip as AsyncIterable<Buffer>
}

async function * toBuffers (source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    if (chunk.length > 0) yield typeof chunk === 'string' ? Buffer.from(chunk) : asBuffer(chunk)
  }
}

async function * prepend (first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield * rest
}
