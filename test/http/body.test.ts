import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { asBuffer, collect, decodeText, decompress, joined } from '../../lib/http/body.js'

t.test('bodies', async t => {
  const source = (...parts: Uint8Array[]) => Readable.from(parts)
  const bytes = Buffer.from('hello')
  t.equal(String(await collect(source(bytes), 5)), 'hello')
  t.equal(String(await collect(source(bytes, bytes), 10)), 'hellohello')
  t.equal(String(await collect(source(), 0)), '')
  const long = source(bytes, bytes)
  await t.rejects(collect(long, 9), { code: 'response_too_large', message: 'The answer is larger than 9 bytes.' })
  t.ok(long.destroyed)
  const endless = new Readable({ read () {} })
  const tooMuch = collect(endless, 9)
  endless.push(Buffer.alloc(10))
  await t.rejects(tooMuch, { code: 'response_too_large' })
  t.ok(endless.destroyed, 'it is not read on')
  const failing = new Readable({ read () {} })
  const failure = collect(failing, 9)
  failing.destroy(new Error('own'))
  await t.rejects(failure, { message: 'own' })
  const broken = new Readable({ read () {} })
  const waiting = collect(broken, 9)
  broken.destroy()
  await t.rejects(waiting, { code: 'invalid_response', message: 'The answer broke off.' })
  await t.rejects(collect(broken, 9), { code: 'invalid_response', message: 'The answer broke off.' })
  const failed = new Readable({ read () {} })
  failed.once('error', () => {}).destroy(new Error('own'))
  await new Promise(resolve => setImmediate(resolve))
  await t.rejects(collect(failed, 9), { message: 'own' })
  const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  t.strictSame([...asBuffer(part)], [2, 3])
  t.equal(asBuffer(bytes), bytes)
  t.ok(Buffer.isBuffer(asBuffer(part)))
  t.equal(joined([bytes], 5), bytes, 'not a copy')
  for (const [encoding, body] of [
    ['', bytes], ['identity', bytes], ['gzip', gzipSync(bytes)], ['x-gzip', gzipSync(bytes)],
    ['br', brotliCompressSync(bytes)], ['deflate', deflateSync(bytes)], ['deflate', deflateRawSync(bytes)]
  ] as const) t.equal(String(await decompress(body, encoding, 5)), 'hello', encoding)
  t.equal((await decompress(Buffer.alloc(0), 'gzip', 5)).length, 0)
  await t.rejects(decompress(gzipSync(bytes), 'gzip', 4), { code: 'response_too_large' })
  await t.rejects(decompress(bytes, 'gzip', 9),
    { code: 'invalid_response', message: 'The answer is compressed, and broken.' })
  await t.rejects(decompress(bytes, 'zstd', 9), { code: 'invalid_response', message: /in an unknown way/ })
  const latin = Buffer.from([0xe9])
  t.throws(() => decodeText(latin, 399), { code: 'invalid_response' })
  t.equal(decodeText(latin, 400), '\ufffd')
  t.equal(decodeText(bytes, 200), 'hello')
})
