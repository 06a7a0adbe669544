import t from 'tap'
import { addHeaders, checkedHeaders } from '../../../lib/plugin/proxy/extra-headers.js'

t.test('headers of the options', async t => {
  for (const name of ['connection', 'content-length', 'dpop', 'expect', 'host', 'keep-alive', 'te', 'trailer',
    'transfer-encoding', 'upgrade', 'Host', '', 'a b', 'a:b']) {
    const option = `headers.${name.toLowerCase()}`
    t.throws(() => checkedHeaders({ [name]: 'x' }, 'headers'), {
      option,
      message: /must not be given: the proxy sets it/
    })
  }
  for (const wrong of ['a\nb', 'a\u0000', 'ā', 5, null]) {
    t.throws(() => checkedHeaders({ a: wrong }, 'headers'), {
      option: 'headers.a',
      message: /a text without line breaks/
    })
  }
  for (const wrong of ['x', null, [], 5]) t.throws(() => checkedHeaders(wrong, 'headers'), /an object of headers, or a/)
  const given = checkedHeaders({ 'X-A': 'é\t', b: undefined }, 'headers')
  t.strictSame(given, { 'x-a': 'é\t', b: undefined } as never)
  t.ok(Object.isFrozen(given))
  const headers = { a: '1', b: '2' }
  addHeaders(headers, given, {} as never)
  t.strictSame(headers, { a: '1', 'x-a': 'é\t' } as never)
  addHeaders(headers, request => ({ A: String(request) }), 'r' as never)
  t.match(headers, { a: 'r' })
  t.throws(() => addHeaders(headers, () => ({ host: 'x' }), {} as never), { option: 'headers.host', message: /./ })
})
