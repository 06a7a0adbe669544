import { createHash } from 'node:crypto'
import t from 'tap'
import type { Config } from '../../lib/flows/config.js'
import { cookieNames } from '../../lib/flows/cookie-names.js'
import { cookieWarnings, covers } from '../../lib/flows/cookie-warnings.js'
import type { Auth0Options } from '../../types/index.js'
import { parsedOptions as config } from './parsed-options.js'

const development = (changes: object = {}): Config => ({ ...config(), appBases: [], ...changes })
const at = (host: string, secure = true) => ({ host, secure })

/** The parts of names that tell registrations apart. */
function suffixes (text: string): [short: string, hex: string] {
  const digest = createHash('sha256').update(text).digest()
  return [digest.toString('base64url').replace(/[-_]/g, '').slice(0, 6), digest.toString('hex').slice(0, 8)]
}

t.test('names of cookies', t => {
  const [short, hex] = suffixes('client-1|')
  const names = cookieNames(config())
  const jar = at('app.example.com')
  t.strictSame(names.session(jar),
    { session: `__Host-a0_${short}`, tokens: `__Host-a0_${short}_t`, seen: `__Host-a0_${short}_s` })
  t.equal(names.transaction(jar), `__Host-a0_${short}_tx`)
  t.equal(names.suffix(jar), hex)
  t.equal(names.registration, short)
  t.equal(names.session(at('app.example.com', false)).session, `a0_${short}`)
  t.equal(names.session(jar).session, `__Host-a0_${short}`, 'what the connection was before does not matter')
  t.equal(names.session(at('app.example.com', false)), names.session(at('app.example.com', false)))
  const bound = cookieNames(config({ sessionConfiguration: { deviceBound: true } })).session(jar)
  t.equal(bound.bound, `__Host-a0_${short}_d`)

  const cookie = (options: object) =>
    cookieNames(config({ sessionConfiguration: { cookie: options }, transactionConfiguration: { cookie: options } }))
  t.equal(cookie({ name: 'mine' }).session(jar).session, 'mine')
  t.equal(cookie({ domain: 'example.com' }).session(jar).session, `__Secure-a0_${short}`)
  t.equal(cookie({ path: '/app' }).transaction(jar), `__Secure-a0_${short}_tx`)
  t.equal(cookieNames(config({ appBaseUrl: 'http://localhost', sessionConfiguration: { cookie: { secure: false } } }))
    .session(jar).session, `a0_${short}`)
  t.end()
})

t.test('names of cookies by place', t => {
  const nameOf = (given: Config, host: string, secure = true) =>
    cookieNames(given).suffix(at(host, secure))
  const hex = (text: string) => suffixes(text)[1]
  const cases: [given: Config, host: string, text: string, secure?: boolean][] = [
    [development(), 'app.example.com', 'client-1|'],
    [development(), 'app.example.com:8443', 'client-1|'],
    [development(), 'localhost:3000', 'client-1||:3000', false],
    [development(), 'localhost', 'client-1|', false],
    [development(), 'localhost:80', 'client-1|', false],
    [development(), 'localhost:443', 'client-1|'],
    [development(), 'localhost:443', 'client-1||:443', false],
    [development(), 'no host', 'client-1|'],
    [development({ prefix: '/p' }), 'app.example.com', 'client-1|/p'],
    [config({ appBaseUrl: 'http://localhost:3000/base' }), 'any', 'client-1||:3000/base'],
    [config({ appBaseUrl: ['https://a.example/one', 'https://b.example/two'] }), 'a.example', 'client-1||/one'],
    [config({ appBaseUrl: ['https://a.example/one', 'https://b.example/two'] }), 'b.example', 'client-1||/two'],
    [config({ appBaseUrl: ['https://a.example/one', 'https://b.example/two'] }), 'c.example', 'client-1|'],
    [config({ appBaseUrl: ['https://a.example/one', 'https://b.example/one'] }), 'c.example', 'client-1||/one']
  ]
  for (const [given, host, text, secure] of cases) t.equal(nameOf(given, host, secure), hex(text), `${host} ${text}`)
  t.equal(cookieNames(development()).registration, suffixes('client-1|')[0])
  t.equal(cookieNames(config({ appBaseUrl: 'http://localhost:3000' })).registration, suffixes('client-1||:3000')[0])
  t.end()
})

t.test('the names of a hundred places are remembered', t => {
  const names = cookieNames(development())
  const sessionAt = (port: number) => names.session(at(`localhost:${port}`, false))
  const [first, second] = [sessionAt(1000), sessionAt(1001)]
  for (let port = 1002; port < 1100; port++) sessionAt(port)
  t.equal(sessionAt(1000), first)
  t.equal(sessionAt(1001), second)
  sessionAt(1100)
  t.not(sessionAt(1000), first, 'one more, and all of them go')
  t.strictSame(sessionAt(1000), first)
  t.end()
})

t.test('which paths a cookie is sent to', t => {
  for (const [cookiePath, path, sent] of [
    ['/', '/', true], ['/', '/app', true], ['/app', '/app', true], ['/app', '/app/x', true], ['/app/', '/app/x', true],
    ['/app/', '/app', false], ['/app', '/apple', false], ['/app', '/', false], ['/b', '/a/', false],
    ['/b/', '/a/x', false]
  ] as const) t.equal(covers(cookiePath, path), sent, `${cookiePath} ${path}`)
  t.end()
})

t.test('warnings about cookies', t => {
  const told = (given: Config) =>
    cookieWarnings(given).map(({ code, message }) => [code, /^\D*?"([\w.]+)"/.exec(message)?.[1]])
  const session = config
  const strict = [['session_cookie_strict', 'sessionConfiguration.cookie.sameSite']]
  const narrow = [['session_cookie_path', 'sessionConfiguration.cookie.path']]
  const lost = [['transaction_cookie_path', 'transactionConfiguration.cookie.path']]
  const plain = [['device_bound_without_https', 'sessionConfiguration.deviceBound']]
  const cookie = (changes: object) => ({ sessionConfiguration: { cookie: changes } })
  t.strictSame(told(session({})), [])
  t.strictSame(told(development()), [])
  t.strictSame(told(session(cookie({ sameSite: 'strict' }))), strict)
  t.strictSame(told(session(cookie({ sameSite: 'none' }))), [])
  t.strictSame(told(session(cookie({ path: '/app' }))), narrow)
  t.strictSame(told(session({ ...cookie({ path: '/app' }), appBaseUrl: 'https://app.example.com/app' })), [])
  const appBaseUrl = ['https://a.test/a', 'https://b.test/b']
  t.strictSame(told(session({ ...cookie({ path: '/a' }), appBaseUrl })), narrow)
  t.strictSame(told(development({ sessionCookie: { ...config().sessionCookie, path: '/app' } })), narrow)
  const elsewhere = [['session_cookie_domain', 'sessionConfiguration.cookie.domain']]
  for (const [domain, warnings] of [
    ['example.com', []], ['.Example.COM', []], ['app.example.com', []], ['xample.com', elsewhere],
    ['b.app.example.com', elsewhere], ['evil.test', elsewhere]
  ] as const) {
    t.strictSame(told(session({ ...cookie({ domain }), appBaseUrl: 'https://app.example.com' })), warnings, domain)
  }
  t.strictSame(told(session({ ...cookie({ domain: 'a.test' }), appBaseUrl: ['https://a.test', 'https://b.test'] })),
    elsewhere)
  t.strictSame(told(session({ transactionConfiguration: { cookie: { domain: 'evil.test' } } })),
    [['transaction_cookie_domain', 'transactionConfiguration.cookie.domain']])
  const transaction = (path: string): Partial<Auth0Options> => ({ transactionConfiguration: { cookie: { path } } })
  t.strictSame(told(session(transaction('/app'))), lost)
  t.strictSame(told(session(transaction('/auth'))), [])
  t.strictSame(told(session({ ...transaction('/app'), mountRoutes: false })), [])
  t.strictSame(told(session({ ...transaction('/a'), appBaseUrl })), lost)
  const bound = { sessionConfiguration: { deviceBound: true } } as const
  t.strictSame(told(session(bound)), [])
  t.strictSame(told(session({ ...bound, appBaseUrl: 'http://localhost:3000' })), plain)
  t.strictSame(told(session({ ...bound, appBaseUrl: ['http://localhost:3000', 'https://app.example.com'] })), [])
  t.end()
})
