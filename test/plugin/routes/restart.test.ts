import t from 'tap'
import { forgetRestart, likelyCause, restartLogin } from '../../../lib/plugin/routes/restart.js'
import { Jar } from '../../stores/jar.js'

const html = { accept: 'text/html' }

/** A registration and one request, whose jar is the test's. */
function made (jar: Jar, routes: object = { login: '/in' }) {
  const base = { origin: 'https://a.test', basePath: '/b', secure: true }
  return {
    context: {
      config: { appBases: [base], routes, prefix: '', sessionCookie: { sameSite: 'lax', partitioned: false } },
      cookieNames: { suffix: () => 'x' }
    },
    requestContext: () => ({ jar, appBase: () => base })
  } as never
}

/** What became of a request without its transaction: where it is sent, and what is logged. */
function restarted (jar: Jar, about: { state?: string | null, returnTo?: string }, headers: object = html,
  routes?: object) {
  const lines: unknown[] = []
  const request = { method: 'GET', headers, host: 'a.test', log: { info: (...all: unknown[]) => lines.push(all) } }
  const reply = { redirect: (...all: unknown[]) => all }
  const sent = restartLogin(made(jar, routes), request as never, reply as never,
    { state: about.state ?? null, returnTo: about.returnTo })
  return [sent, lines.length]
}

t.test('a login whose transaction is missing starts again, once', async t => {
  const jar = new Jar()
  t.strictSame(restarted(jar, {}), [['/b/in?restarted=1', 302], 1])
  t.match(jar.written, [['a0_restart_x', { maxAge: 120 }]])
  t.equal(jar.get('a0_restart_x'), '1')
  t.strictSame(restarted(jar, {}), [undefined, 0], 'it was tried before')
  t.strictSame([...jar.cookies], [], 'and the next one may be tried again')
  t.strictSame(restarted(new Jar(), { returnTo: '/b/x' }), [['/b/in?returnTo=%2Fx&restarted=1', 302], 1])
  t.strictSame(restarted(new Jar(), { state: 'x-restarted' }), [undefined, 0], 'a browser that keeps no cookies')
  t.strictSame(restarted(new Jar(), {}, { accept: '*/*' }), [undefined, 0], 'a script')
  t.strictSame(restarted(new Jar(), {}, html, {}), [undefined, 0], 'there is no login route')
})

t.test('a finished login forgets what was tried before', async t => {
  const jar = new Jar()
  restarted(jar, {})
  forgetRestart(made(jar), {} as never)
  t.equal(jar.cookies.size, 0)
  jar.cleared.length = 0
  forgetRestart(made(jar), {} as never)
  t.strictSame(jar.cleared, [], 'nothing to clear')
})

t.test('the likely cause', async t => {
  const cause = (cookie: string | undefined, host: string, protocol = 'https') => likelyCause(made(new Jar()),
    { raw: { headers: { cookie } }, headers: {}, host, protocol } as never)
  t.match(cause(undefined, 'a.test'), /sent no cookies/)
  t.match(cause('x=1', 'b.test'), 'came back to "https://b.test", but the application says it is at "https://a.test"')
  t.match(cause('x=1', 'a.test', 'http'), /"http:\/\/a\.test"/)
  t.match(cause('x=1', 'a.test'), /not started in this browser/)
})
