import t from 'tap'
import { isObject, parseText } from '../../lib/base/json.js'
import { mediaType, parseJson, parseJsonObject } from '../../lib/http/json.js'

t.test('JSON', async t => {
  const response = (body: string, type = 'application/json') => ({
    status: 200,
    headers: { 'content-type': type },
    body
  })
  t.strictSame(parseJsonObject(response('{"a":1}'), 'X'), { a: 1 })
  t.strictSame(parseJson(response('[1]', 'APPLICATION/JSON; charset=utf-8'), 'X'), [1])
  t.strictSame(parseJson(response('{}', 'application/problem+json'), 'X'), {})
  t.equal(mediaType({ status: 200, headers: {}, body: '' }), '')
  for (const type of ['text/html', 'application/jwt', 'application/xml']) {
    t.throws(() => parseJson(response('{}', type), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not JSON.'
    })
  }
  for (const type of ['text/plain', 'text/plain;charset=UTF-8', '']) {
    t.strictSame(parseJson(response('{"a":1}', type), 'X'), { a: 1 }, `"${type}" is tried`)
    t.throws(() => parseJson(response('OK', type), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not JSON.'
    })
  }
  t.strictSame(parseJson({ status: 200, headers: {}, body: '[]' }, 'X'), [], 'no content type is tried')
  t.throws(() => parseJson(response('{}', `text/${'a'.repeat(70)}`), 'X'),
    { message: `X: the answer is not JSON. Its content type is "text/${'a'.repeat(59)}".` })
  for (const body of ['', '{"a":', '{"a":NaN}', "{'a':1}"]) {
    t.throws(() => parseJson(response(body), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not valid JSON.'
    })
  }
  for (const body of ['[]', '"x"', 'null', '1']) {
    t.throws(() => parseJsonObject(response(body), 'X'), {
      code: 'invalid_response',
      message: 'X: the answer is not a JSON object.'
    })
  }
  t.notOk(isObject([]))
})

t.test("the parser's complaint does not quote the answer", async t => {
  try {
    parseJson({ status: 200, headers: { 'content-type': 'application/json' }, body: 's3cret{' }, 'X')
    t.fail()
  } catch (error) {
    t.notMatch((error as Error).stack, /s3cret/)
    t.equal((error as Error).cause, undefined)
  }
})

t.test('DISC-06, DISC-20: a byte order mark is skipped; __proto__ is dropped however it is spelled', async t => {
  t.strictSame(parseText('\ufeff{"a":1}'), { a: 1 })
  for (
    const text of ['{"a":{"__proto__":{"x":1},"b":2}}', '{"a":{"\\u005f_proto__":{"x":1},"b":2}}',
      '{"a":{"_\\u005Fproto\\u005f\\u005F":{"x":1},"b":2}}']
  ) {
    const { a } = parseText(text) as { a: Record<string, unknown> }
    t.strictSame(Object.keys(a), ['b'])
    t.equal(a.x, undefined)
  }
  t.equal(({} as Record<string, unknown>).x, undefined)
})
