import t from 'tap'
import { lazily, lazyMethods } from '../../lib/base/lazily.js'
import { Auth0Error } from '../../lib/errors.js'

t.test('a part is loaded once, with its first call', async t => {
  let loads = 0
  const part = lazily('tests', async () => ({ number: ++loads }))
  t.equal(loads, 0)
  t.strictSame(await Promise.all([part(), part()]), [{ number: 1 }, { number: 1 }])
  t.equal((await part()).number, 1)
})

t.test('a part that cannot be loaded says so, and is tried again', async t => {
  const cause = new Error('no such file')
  const files: (() => Promise<string>)[] = [() => Promise.reject(cause), async () => 'the part']
  const part = lazily('account linking', () => files.shift()!())
  const error = await t.rejects(Promise.all([part(), part()]), {
    name: 'Auth0Error',
    code: 'not_loaded',
    statusCode: 500,
    cause,
    message: /^The part of "fastify-auth0" for account linking could not be loaded\./
  })
  t.ok(error instanceof Auth0Error)
  t.equal(await part(), 'the part')
})

t.test('methods of a part load it with the first call of one, and fail as promises', async t => {
  let loads = 0
  const part = lazily('tests', async () => {
    loads++
    return {
      add: async (a: number, b: number) => a + b,
      fail: async () => { throw new Error('refused') }
    }
  })
  const methods = lazyMethods({ add: true, fail: true }, part)
  t.strictSame(Object.keys(methods), ['add', 'fail'])
  t.equal(loads, 0)
  t.equal(await methods.add(1, 2), 3)
  await t.rejects(methods.fail(), { message: 'refused' })
  t.equal(loads, 1)
})

t.test('what a bundle has lost is told by the import itself', async t => {
  const part = lazily('tests', async () => await import(String(new URL('no-such-file.js', import.meta.url))) as object)
  // Node's own error: with its loader in a thread, it does not always keep its code.
  await t.rejects(part(), { code: 'not_loaded', cause: { message: /^Cannot find module .*no-such-file\.js/ } })
})
