import t from 'tap'
import { calledTools } from '../../../../lib/plugin/guards/token/tool-calls.js'

const given = (value: unknown) => value as never

t.test('the tools that a request calls', async t => {
  const call = (name?: unknown) => ({ method: 'tools/call', params: { name } })
  const tools = (body: unknown, headers: object = {}, method = 'POST') => calledTools(given({ method, headers, body }))
  t.strictSame(tools(call('a')), ['a'])
  t.strictSame(tools([call('a'), { method: 'ping' }, null, call('b')]), ['a', 'b'])
  t.strictSame(tools(JSON.stringify(call('a'))), ['a'])
  t.strictSame(tools('{"method":"tools/call","params":{"name":"\ud800"}}'), ['\ud800'], 'a text as it stands')
  t.strictSame(tools(Buffer.from(JSON.stringify([call('a')]))), ['a'])
  t.strictSame(tools(new Uint8Array(Buffer.from(JSON.stringify(call('ä'))))), ['ä'])
  t.strictSame(tools(Object.assign(Object.create(null), call('a'))), ['a'])
  t.strictSame(tools(call(7)), [''], 'a call of no name')
  t.strictSame(tools({ method: 'tools/call' }), [''])
  t.strictSame(tools({ method: 'tools/call', params: null }), [''])
  t.strictSame(tools({ method: 'tools/list', params: { name: 'a' } }), [])
  for (const body of ['{', '7', 'null', '"{}"', JSON.stringify(JSON.stringify(call('a'))), 7, true,
    new Date(0), new Map()]) {
    t.equal(tools(body), undefined, String(body))
  }
  t.strictSame(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', ''].map(method => tools(undefined, {}, method)),
    [[], [], [], [], undefined, undefined, undefined])
  t.strictSame([null, undefined].map(body => tools(body)), [undefined, undefined])
  const named = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': ' a ' }
  t.strictSame(tools(undefined, named), ['a'])
  t.strictSame(tools(call('b'), named), ['b', 'a'], 'both count')
  for (const body of ['7', new Map(), true]) t.equal(tools(body, named, 'GET'), undefined, 'an unreadable body')
  t.strictSame(tools(null, named), ['a'])
  t.strictSame(tools(undefined, { ...named, 'mcp-name': '=?base64?w6Q=?=' }), ['ä'])
  t.strictSame(tools(undefined, { ...named, 'mcp-method': 'tools/list' }), [])
  for (const changes of [{ 'mcp-protocol-version': '2026-07-27' }, { 'mcp-protocol-version': undefined },
    { 'mcp-protocol-version': '3026' }, { 'mcp-method': undefined }, { 'mcp-name': undefined }]) {
    t.equal(tools(undefined, { ...named, ...changes }), undefined, JSON.stringify(changes))
  }
})
