import t from 'tap'
import { InvalidArgumentError } from '../../../lib/errors.js'
import { home, isOwnRoute, keepWithPlace, pathAfterLogin, safeReturnTo } from '../../../lib/flows/login/return-to.js'

const base = { origin: 'https://app.example.com', basePath: '/base', secure: true }
const root = { ...base, basePath: '' }

t.test('places to return to, at the limits', async t => {
  const long = (length: number) => `/${'x'.repeat(length - 1)}`
  for (const [value, place] of [
    [long(2400), long(2400)], [long(2401), undefined], [`${long(2400)}?a`, long(2400)], [`${long(2398)}#a`,
      `${long(2398)}#a`],
    [`${long(2399)}#a`, long(2399)], [`${long(2401)}?a`, undefined], ['https://app.example.com', '/'],
    ['https://user@app.example.com/', undefined], ['https://:p@app.example.com/', undefined],
    ['https://app.example.com?a', '/?a'], ['http://app.example.com/', undefined], ['/a b', '/a%20b'], ['/\ta',
      undefined],
    ['/a\tb', '/a%09b'], ['/%2F', undefined], ['/%5c', undefined], ['/%09a', undefined], ['/%0a', undefined],
    ['/%0d', undefined], ['/%2e', '/'], [5, undefined], ['ftp://app.example.com/', undefined]
  ] as const) t.equal(safeReturnTo(value, root), place, String(value).slice(0, 30))
  const told: unknown[] = []
  const log = { info: (...args: unknown[]) => told.push(args) } as never
  const config = { prefix: '/p', routes: { login: '/in', logout: undefined } } as never
  const after = (value: unknown) => [pathAfterLogin(value, base, config, log), ...told.splice(0) as [object, string][]]
  const reason = { auth0: { type: 'login', reason: 'return_to' } }
  t.strictSame(after(undefined), [undefined])
  t.strictSame(after('/x?y'), ['/base/x?y'])
  t.strictSame(after('//evil?x'), [undefined,
    [{ ...reason, path: '//evil' }, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after('https://evil.test/'), [undefined,
    [reason, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after('/p/in?x#y'), [undefined,
    [{ ...reason, path: '/p/in' }, 'auth0 login: the place to return to is a route of the plugin']])
  t.strictSame(after(5), [undefined, [reason, 'auth0 login: the place to return to is no place of this application']])
  t.strictSame(after(`/x?${'y'.repeat(2400)}`), ['/base/x', [{ ...reason, path: '/x' },
    'auth0 login: the place to return to is longer than 2400 characters, so it loses its query']])
  const exact = `/x?${'y'.repeat(2392)}`
  t.strictSame(after(exact), [`/base${exact}`])
  t.strictSame(after(`//${'y'.repeat(200)}`), [undefined, [{ ...reason, path: `//${'y'.repeat(126)}` },
    'auth0 login: the place to return to is no place of this application']])
  t.equal(pathAfterLogin('//evil', base, config), undefined, 'without a log')
  for (const [path, own] of [
    ['/base/p/in', true], ['/base/p/in/', true], ['/base/p//in', true], ['/base/p/IN;x?y#z', true], ['/p/in', false],
    ['/base/p/in/x', false], ['/base/in', false], ['/base/p/logout', false], ['/base/p/%69n', true]
  ] as const) t.equal(isOwnRoute(path, base, config), own, path)
  t.equal(home({ appBase: () => base }), '/base/')
  t.equal(home({ appBase: () => root }), '/')
})

t.test('what does not fit into a cookie beside the rest', async t => {
  const told: unknown[] = []
  const prefix = 'auth0 login: the place to return to '
  const log = { info: (_fields: unknown, message: string) => told.push(message.replace(prefix, '')) } as never
  const keep = async (kept: { returnTo?: string, appState?: string }, room: number): Promise<unknown> => {
    let held: unknown
    await keepWithPlace(kept, log, given => {
      if (JSON.stringify(given).length > room) throw new InvalidArgumentError('appState', 'too large')
      held = given
    })
    return [held, ...told.splice(0)]
  }
  const kept = { appState: 'abc', returnTo: '/page?a=1#b' }
  const too = "is too long beside what else the login's cookie must hold, so it"
  t.strictSame(await keep(kept, 60), [kept])
  t.strictSame(await keep(kept, 40), [{ appState: 'abc', returnTo: '/page' }, `${too} loses its query`])
  t.strictSame(await keep(kept, 20), [{ appState: 'abc', returnTo: undefined }, `${too} is left out`], 'told once')
  await t.rejects(keep(kept, 10), { code: 'invalid_argument', message: 'too large' })
  await t.rejects(keep({ appState: 'abc' }, 10), { message: 'too large' })
  await t.rejects(keepWithPlace(kept, undefined, () => { throw new TypeError('another') }), { message: 'another' })
})
