import { getEventListeners, once } from 'node:events'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { collect } from '../../lib/http/body.js'
import { decodersOf, openStream } from '../../lib/http/stream.js'

t.test('a stream in each encoding', async t => {
  const source = (...parts: Uint8Array[]) => Readable.from(parts)
  const bytes = Buffer.from('hello')
  for (const [encoding, body] of [['gzip', gzipSync(bytes)], ['x-gzip', gzipSync(bytes)],
    ['br', brotliCompressSync(bytes)], ['deflate', deflateSync(bytes)], ['identity', bytes], ['', bytes]] as const) {
    const stream = openStream(source(body), { idle: 60, host: 'a.test', encoding })
    t.equal(String(await collect(stream, 99)), 'hello', encoding)
  }
  const unread = source(bytes)
  t.throws(() => decodersOf(unread, 'zstd'), { code: 'invalid_response' })
  t.ok(unread.destroyed)
  const early = new Readable({ read () {}, destroy: (_, done) => { done(new Error('ended early')) } })
  t.throws(() => decodersOf(early, 'zstd'), { code: 'invalid_response' })
  await new Promise(resolve => early.once('close', resolve))
  const left = openStream(new Readable({ read () {} }), { idle: 60, host: 'a.test', encoding: '' })
  left.destroy()
  await once(left, 'close')
  t.equal(left.errored, null, 'who leaves it fails nothing')
})

t.test('a stream ends with silence, an abort or a failure of its source', async t => {
  const open = (signal?: AbortSignal, idle = 60) => {
    const source = new Readable({ read () {} })
    return { source, stream: openStream(source, { idle, host: 'a.test', encoding: '', signal }) }
  }
  const outcome = (stream: Readable) => new Promise(resolve => stream.once('error', resolve))
  const silent = open(undefined, 0.02)
  t.match(await outcome(silent.stream.resume()), { code: 'timeout', message: 'a.test sent nothing for 0.02 s.' })
  const controller = new AbortController()
  const given = open(controller.signal)
  const ended = outcome(given.stream.resume())
  controller.abort()
  t.match(await ended, { code: 'aborted' })
  t.ok(given.source.destroyed)
  const failing = open()
  const failure = outcome(failing.stream.resume())
  failing.source.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))
  t.match(await failure, { code: 'network_error', message: 'The request to a.test failed: ECONNRESET' })
})

t.test('a reader that is slow is not taken for a silent server, and nothing is left behind', async t => {
  const timers: Array<{ run: () => void, ms: number, refreshed: number }> = []
  const { setTimeout, clearTimeout } = globalThis
  const cleared: unknown[] = []
  t.teardown(() => { Object.assign(globalThis, { setTimeout, clearTimeout }) })
  const { signal } = new AbortController()
  const source = new Readable({ read () {} })
  Object.assign(globalThis, {
    setTimeout (run: () => void, ms: number) {
      const timer = { run, ms, refreshed: 0, refresh: () => timer.refreshed++ }
      timers.push(timer)
      return timer
    },
    clearTimeout: (timer: unknown) => cleared.push(timer)
  })
  const stream = openStream(source, { idle: 7, host: 'a.test', encoding: '', signal })
  const [timer] = timers as [typeof timers[number]]
  t.equal(timer.ms, 7000)
  t.equal(getEventListeners(signal, 'abort').length, 1)
  source.push('x')
  await once(stream, 'readable')
  t.equal(timer.refreshed, 1, 'a byte came')
  timer.run()
  t.equal(timer.refreshed, 2, 'nobody has read it yet')
  t.equal(String(stream.read()), 'x')
  const failed = once(stream, 'error')
  timer.run()
  t.match(await failed, [{ code: 'timeout', message: 'a.test sent nothing for 7 s.' }])
  t.equal(timer.refreshed, 2)
  t.ok(cleared.includes(timer))
  t.equal(getEventListeners(signal, 'abort').length, 0)
})
