import t, { type Test } from 'tap'
import { deviceRoutes } from '../../../lib/plugin/routes/device.js'
import { withDeviceProof } from '../../../lib/plugin/routes/device-proof.js'
import { Jar } from '../../stores/jar.js'

const config = {
  routes: { deviceRegistration: '/register', deviceRefresh: '/refresh' },
  appBases: [{ origin: 'https://app.example.test', basePath: '', secure: true }]
}
const passed = new Error('it got as far as the session')
const registration = {
  context: { config, get sessions (): never { throw passed } },
  requestContext: () => new Proxy({}, { get () { throw passed } })
}
const [register, refresh] = deviceRoutes({ registration } as never)

/** The answer to a request, or `'passed'` where it got as far as the session. */
async function ask (t: Test, route: typeof register, headers: object): Promise<unknown> {
  const answer: Record<string, unknown> = {}
  const reply = new Proxy({}, {
    get: (_, name: string) => name === 'then'
      ? undefined
      : (value: unknown, more?: unknown) => {
          answer[more === undefined ? name : String(value)] = more ?? value
          return reply
        }
  })
  const request = { headers, protocol: 'https', host: 'app.example.test' }
  try {
    await route!.handler(request as never, reply as never)
  } catch (error) {
    return error === passed ? 'passed' : error
  }
  t.match(answer, { 'cross-origin-resource-policy': 'same-origin', headers: {} })
  return [answer.code, (answer.send as { code: string }).code]
}

t.test('the routes that browsers call for devices', async t => {
  t.match([register, refresh], [{ method: 'POST', path: '/register', accepts: 'any' },
    { method: 'POST', path: '/refresh', accepts: 'any' }])
  const own = 'https://app.example.test'
  const foreign = [403, 'cross_site_request']
  for (const [headers, answer] of [
    [{}, 'passed'], [{ origin: own }, 'passed'], [{ origin: 'https://evil.test' }, foreign],
    [{ origin: 'null' }, foreign],
    ...['same-origin', 'same-site', 'none'].map(site => [{ 'sec-fetch-site': site }, 'passed'] as const),
    [{ 'sec-fetch-site': 'cross-site' }, foreign], [{ 'sec-fetch-site': 'cross-site', origin: own }, foreign],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' }, foreign]
  ] as const) t.strictSame(await ask(t, register, headers), answer, JSON.stringify(headers))
  const none = [400, 'invalid_argument']
  for (const [identifier, answer] of [
    [undefined, none], ['', none], ['a b', none], ['a', 'passed'], ['"a"', 'passed'], ['a'.repeat(128), 'passed'],
    ['a'.repeat(129), none]
  ] as const) t.strictSame(await ask(t, refresh, { 'sec-secure-session-id': identifier }), answer, String(identifier))
})

t.test('a device proves itself before a route that is about its session', async t => {
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }
  const handler = async () => 'handled'
  const ask = async (method: string, session: object | undefined, device: object | undefined, headers: object) => {
    const answer: Record<string, unknown> = {}
    const reply = new Proxy({}, {
      get: (_, name: string) => name === 'then'
        ? undefined
        : (value: unknown) => {
            answer[name] = value
            return reply
          }
    })
    const jar = new Jar()
    const failing = session instanceof Error
    const sessions = { device, read () { throw session as Error } }
    const context = { config, cookieNames: { suffix: () => 'x' }, sessions, emit () {} }
    const requestContext = () => ({ jar, session: failing ? null : session })
    const proving = withDeviceProof({ context, requestContext } as never, { method, handler } as never)
    const url = '/callback'
    const request = { method, headers, url, originalUrl: url, protocol: 'https', host: 'app.example.test' }
    const given = await proving(request as never, reply as never)
    return proving === handler ? 'as it is' : given === 'handled' ? given : answer.code
  }
  const device = { refused: () => ({ record: { device: {} } }), attributes: () => ({}) }
  t.equal(await ask('GET', undefined, undefined, link), 'as it is')
  t.equal(await ask('POST', undefined, device, link), 'as it is')
  t.equal(await ask('GET', undefined, device, link), 401)
  t.equal(await ask('GET', { record: {} }, device, link), 'handled', 'there is a session')
  t.equal(await ask('GET', new Error('down'), device, link), 'handled', 'the route says that the store is away')
  t.equal(await ask('GET', undefined, device, {}), 'handled', 'a browser that had no reason to keep the proof back')
})
