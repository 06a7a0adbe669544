import { PassThrough } from 'node:stream'
import fastify from 'fastify'
import t from 'tap'
import { addBodyParsers } from '../../../lib/plugin/routes/bodies.js'

const FORM = 'application/x-www-form-urlencoded'
const LIMIT = 65_536

t.test('the bodies that routes read, and how large they may be', async t => {
  const app = fastify({ pluginTimeout: 0, bodyLimit: 1_000_000 })
  t.teardown(async () => { await app.close() })
  for (const accepts of [undefined, 'form', 'form+json', 'any'] as const) {
    app.register(async scope => {
      if (accepts !== undefined) scope.removeAllContentTypeParsers()
      addBodyParsers(scope, accepts)
      scope.post(`/${accepts ?? 'none'}`, async ({ body }) => body instanceof URLSearchParams
        ? { form: body.toString().length }
        : { body: body ?? null })
    })
  }
  const ask = async (accepts: string, type: string | undefined, payload: string | Buffer) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const { statusCode, body } = await app.inject({ method: 'POST', url: `/${accepts}`, headers, payload })
    return statusCode === 200 ? JSON.parse(body) as object : statusCode
  }
  const form = (bytes: number) => `a=${'x'.repeat(bytes - 2)}`
  const json = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
  const read = { form: LIMIT }
  const none = { body: null }
  for (const [accepts, type, payload, answer] of [
    ['none', FORM, 'a=1', 415], ['none', 'application/json', '5', { body: 5 }],
    ['form', FORM, form(LIMIT), read], ['form', FORM, form(LIMIT + 1), 413], ['form', 'application/json', '5', 415],
    ['form', 'text/plain', 'x', 415],
    ['form+json', FORM, form(LIMIT), read], ['form+json', FORM, form(LIMIT + 1), 413],
    ['form+json', 'application/json', '5', { body: 5 }], ['form+json', 'application/json', json(LIMIT + 1), 413],
    ['form+json', 'application/json', '{"__proto__":{"a":1},"constructor":{"prototype":{}},"b":1}', { body: { b: 1 } }],
    ['any', FORM, form(LIMIT), read], ['any', FORM, form(LIMIT + 1), none],
    ['any', ` ${FORM.toUpperCase()} ; charset=utf-8`, 'a=1', { form: 3 }],
    ['any', 'application/json', '5', none], ['any', 'nonsense', 'x', none], ['any', undefined, '', none],
    ['any', 'application/octet-stream', Buffer.alloc(LIMIT * 2), none]
  ] as const) t.same(await ask(accepts, type, payload), answer, `${accepts} ${type} ${payload.length}`)
})

t.test('a form that breaks off is told', async t => {
  type Parser = (request: object, payload: PassThrough, done: (error: Error | null) => void) => void
  const parsers = new Map<string, Parser>()
  const addContentTypeParser = (type: string, parser: Parser) => parsers.set(type, parser)
  addBodyParsers({ addHook () {}, addContentTypeParser } as never, 'any')
  const payload = new PassThrough()
  const failed = new Promise(resolve => { parsers.get(FORM)!({}, payload, resolve) })
  const error = new Error('aborted')
  payload.destroy(error)
  t.equal(await failed, error)
})
