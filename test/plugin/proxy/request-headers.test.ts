import t from 'tap'
import { connectionNames, requestHeaders } from '../../../lib/plugin/proxy/request-headers.js'

t.test('each header of a request that stays here', async t => {
  const dropped = ['authorization', 'connection', 'content-length', 'cookie', 'cookie2', 'dpop', 'expect', 'forwarded',
    'host', 'http2-settings', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'x-csrf', 'x-http-method',
    'x-http-method-override', 'x-method-override', 'x-original-host', 'x-original-uri', 'x-original-url', 'x-real-ip',
    'x-rewrite-url', 'true-client-ip', 'cf-connecting-ip', 'client-ip', 'x-client-ip', 'x-cluster-client-ip',
    'x-client-cert', 'x-ssl-client-cert', ':path', 'proxy-x', 'sec-websocket-key', 'x-forwarded-for',
    // A certificate in the words of RFC 9440 and of other servers, and names that CGI takes for those with dashes.
    'client-cert', 'client-cert-chain', 'ssl-client-cert', 'x-ssl-client-verify', 'x-tls-client-cert',
    'x_forwarded_for', 'x_http_method_override', 'client_cert', 'x-user_id']
  for (const name of dropped) t.strictSame(requestHeaders({ [name]: 'x', a: 'b' }), { a: 'b' }, name)
  t.strictSame(requestHeaders({ connection: 'close, X-Hop', 'x-hop': '1', a: ['b', 'c'] } as never), { a: ['b', 'c'] })
  t.strictSame(requestHeaders({ 'x-proxy-a': '1', 'websocket-a': '2' }), { 'x-proxy-a': '1', 'websocket-a': '2' })
  for (const [given, names] of [[undefined, undefined], ['close', undefined], ['Keep-Alive', undefined], ['a, B', ['a',
    'b']],
  [['a', 'b'], ['a', 'b']], ['close, a', ['close', 'a']]] as const) {
    t.strictSame(connectionNames(given as string), names)
  }
})
