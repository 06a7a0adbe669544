import t from 'tap'
import { copyHeaders } from '../../../lib/plugin/proxy/response-headers.js'

t.test('each header of an answer that is not for the browser', async t => {
  const copied = (given: Record<string, string | string[] | undefined>) => {
    const got: Record<string, unknown> = {}
    copyHeaders({ header: (name: string, value: unknown) => { got[name] = value } } as never, given,
      value => `at ${value}`)
    return got
  }
  const dropped = ['accept-ch', 'activate-storage-access', 'alt-svc', 'authentication-info', 'clear-site-data',
    'connection', 'critical-ch', 'dpop-nonce', 'expect-ct', 'keep-alive', 'nel', 'origin-agent-cluster', 'p3p',
    'public-key-pins', 'public-key-pins-report-only', 'refresh', 'report-to', 'reporting-endpoints',
    'sec-session-registration', 'secure-session-registration', 'sec-session-challenge', 'secure-session-challenge',
    'service-worker-allowed', 'set-cookie', 'set-cookie2', 'set-login', 'speculation-rules',
    'strict-transport-security',
    'te', 'timing-allow-origin', 'trailer', 'transfer-encoding', 'upgrade', 'www-authenticate', 'x-lighttpd-send-file',
    'x-reproxy-url', 'x-sendfile', 'access-control-allow-origin', 'proxy-x', 'x-accel-redirect', 'x-accel-buffering2']
  const plain = { 'cache-control': 'private' }
  for (const name of dropped) t.strictSame(copied({ [name]: 'x' }), plain, name)
  t.strictSame(copied({ connection: 'x-hop', 'x-hop': '1', a: undefined }), plain)
  t.strictSame(copied({
    'cache-control': 'public',
    'x-accel-buffering': 'no',
    a: ['b\n', 'c\u0100é'],
    b: 'x\ty\u007f'
  }),
  { 'cache-control': 'public', 'x-accel-buffering': 'no', a: ['b', 'cé'], b: 'x\ty' })
  t.strictSame(copied({ location: '/x\r\ny' }), { location: 'at /xy', ...plain })
})
