import t from 'tap'
import { comeAgain, comesWithoutProof } from '../../../lib/plugin/request/come-again.js'
import { Jar } from '../../stores/jar.js'

const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }

/** What is asked of sessions that are bound to devices. */
function made (refused: object | undefined = { record: { device: {} } }, device = true, basePath = '') {
  return {
    cookieNames: { suffix: () => 'x' },
    config: { appBases: [{ origin: 'https://a.test', basePath, secure: true }], pages: undefined },
    sessions: device
      ? { device: { refused: () => refused, attributes: () => ({ path: '/', sameSite: 'strict', secure: true }) } }
      : {}
  } as never
}

t.test('who comes by a link of another site, and has not proved the device yet', async t => {
  const comes = (context: object, changes: object = {}, jar = new Jar()) =>
    comesWithoutProof(context as never, { method: 'GET', headers: link, ...changes } as never, jar as never)
  t.equal(comes(made()), true)
  for (const [what, context, changes] of [
    ['by POST', made(), { method: 'POST' }], ['by HEAD', made(), { method: 'HEAD' }],
    ['by a script', made(), { headers: { ...link, 'sec-fetch-mode': 'cors' } }],
    ['of this site', made(), { headers: { ...link, 'sec-fetch-site': 'same-site' } }],
    ['nothing was refused', made(null as never)], ['a session without a device', made({ record: {} })],
    ['where none are bound', made(undefined, false)]
  ] as const) t.equal(comes(context, changes), false, what)
  t.equal(comes(made(), {}, new Jar({ auth0_device_x: '1' })), false, 'asked already')
  t.equal(comes(made(), {}, Object.assign(new Jar(), { writable: false })), false)
})

/** The page for a request of this address, at an application with this path in front. */
function pageFor (url: string, basePath: string): { answer: Record<string, unknown>, jar: Jar, answered: boolean } {
  const jar = new Jar()
  const answer: Record<string, unknown> = {}
  const reply: Record<string, unknown> = {}
  for (const name of ['header', 'code', 'headers', 'type', 'serializer', 'send']) {
    reply[name] = (value: unknown, more?: unknown) => {
      answer[more === undefined ? name : String(value)] = more ?? value
      return reply
    }
  }
  const request = { url, originalUrl: url, headers: {}, host: 'a.test', protocol: 'https' }
  const context = made(undefined, true, basePath)
  const answered = comeAgain(context, request as never, reply as never, jar as never) === reply as unknown
  return { answer, jar, answered }
}

t.test('the page that leads to the same address', async t => {
  const { answer, jar, answered } = pageFor('/x?y=1', '/b')
  t.equal(answered, true)
  t.match(answer, { code: 401, 'cache-control': 'no-store', send: 'content="0;url=/b/x?y=1"' })
  t.strictSame(jar.written, [['auth0_device_x', { path: '/', sameSite: 'lax', secure: true, maxAge: 10 }]])
  t.equal(jar.get('auth0_device_x'), '1')
})

t.test('the page leads nowhere else, whatever the address looks like', async t => {
  for (const basePath of ['', '/b']) {
    for (const path of ['//evil.test/x', '///evil.test/x', '/\\evil.test/x', '/\\/evil.test', '//evil.test:80\\@x']) {
      for (const url of [path, `https://other.test${path}`]) {
        const page = String(pageFor(url, basePath).answer['send'])
        const leads = [...page.matchAll(/(?:;url=|href=")([^"]*)"/g)]
          .map(([, place]) => new URL(place!, 'https://a.test'))
        t.equal(leads.length, 2, url)
        for (const { origin, pathname } of leads) {
          t.equal(origin, 'https://a.test', `${url} at "${basePath}"`)
          t.equal(pathname, basePath + path.replaceAll('\\', '/'), 'it is the same address')
        }
      }
    }
  }
})
