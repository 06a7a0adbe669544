import { Readable } from 'node:stream'
import t from 'tap'
import { requestBody } from '../../../lib/plugin/proxy/request-body.js'

t.test('bodies that are kept, and those that are too large', async t => {
  const limit = 64 * 1024
  const given = async (length: number | undefined, size = length ?? 0, keeps = true, own = false) => {
    const raw = Object.assign(Readable.from([Buffer.alloc(size)]), { httpVersionMajor: 1 })
    const headers = length === undefined ? {} : { 'content-length': String(length) }
    const body = own ? Readable.from([Buffer.alloc(size)]) : raw
    const made = await requestBody({ raw, headers, body, method: 'POST' } as never, keeps)
    const early = made.content instanceof Readable ? made.again() : undefined
    const bytes = made.content instanceof Readable ? Buffer.concat(await made.content.toArray()) : made.content!
    return [made.length, made.content instanceof Readable, bytes.length, early, made.again()?.content?.length]
  }
  t.strictSame(await given(limit), [undefined, false, limit, undefined, limit])
  t.strictSame(await given(limit + 1), [String(limit + 1), true, limit + 1, undefined, undefined])
  t.strictSame(await given(5, 5, false), ['5', true, 5, undefined, undefined])
  t.strictSame(await given(undefined, limit), [undefined, true, limit, undefined, limit])
  t.strictSame(await given(undefined, limit + 1), [undefined, true, limit + 1, undefined, undefined])
  t.strictSame(await given(5, 9, true, true), [undefined, true, 9, undefined, 9], 'what a hook has put there')
  for (const method of ['GET', 'HEAD']) {
    const body = Readable.from(['x'])
    t.equal((await requestBody({ raw: body, headers: {}, body, method } as never, true)).content, undefined, method)
  }
  for (const [httpVersionMajor, method, endAfterHeaders, has] of [
    [1, 'POST', false, false], [2, 'GET', false, false], [2, 'HEAD', false, false], [2, 'POST', true, false],
    [2, 'POST', false, true]
  ] as const) {
    const raw = Object.assign(Readable.from([Buffer.from('x')]), { httpVersionMajor, stream: { endAfterHeaders } })
    const made = await requestBody({ raw, headers: {}, method } as never, true)
    t.equal(made.content !== undefined, has, `${httpVersionMajor} ${method} ${endAfterHeaders}`)
    if (!has) t.strictSame([made.length, made.again()], [undefined, { content: undefined }])
  }
})
