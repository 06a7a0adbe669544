import { once } from 'node:events'
import { mock } from 'node:test'
import websocket from '@fastify/websocket'
import t from 'tap'
import fastify from 'fastify'
import WebSocket from 'ws'
import type { IncomingHttpHeaders } from 'node:http'
import { MemorySessionStore } from '../../../lib/stores/index.js'
import { until } from '../../until.js'
import { proxySite } from './api.js'

const KIND = { origin: 'https://app.example.test' }

t.test('WebSockets go upstream with the token, and end with the session', async t => {
  const handshakes: { url: string, headers: IncomingHttpHeaders }[] = []
  const chat = fastify({ pluginTimeout: 0 })
  await chat.register(websocket)
  chat.get('/v1/*', { websocket: true }, (socket, { url, headers }) => {
    handshakes.push({ url, headers })
    socket.on('message', (data: Buffer) => { socket.send(`echo ${String(data)}`) })
  })
  const origin = await chat.listen({ host: '127.0.0.1', port: 0 })
  const store = new MemorySessionStore({ now: () => 1_795_000_000 })
  mock.timers.enable({ apis: ['setInterval'] })
  t.teardown(async () => {
    mock.timers.reset()
    await chat.close()
  })
  for (const sessionStore of [undefined, store]) {
    const p = await proxySite(t, [
      { upstream: `${origin}/v1`, prefix: '/api', websocket: true, headers: { 'x-tenant': 'acme' } },
      { upstream: 'http://127.0.0.1:1', prefix: '/dead', websocket: true },
      { upstream: origin, prefix: '/lost', websocket: true },
      { upstream: `${origin}/v1`, prefix: '/lax', websocket: true, sameOrigin: false }
    ], sessionStore === undefined ? {} : { sessionStore })
    const open = async (headers: Record<string, string> = {}, path = '/api/chat?room=1'): Promise<WebSocket> => {
      const own = { cookie: p.ada.cookieHeader('/'), ...KIND, ...headers }
      const socket = new WebSocket(p.url.replace('http', 'ws') + path, ['chat'], { headers: own })
      await once(socket, 'open')
      return socket
    }
    const refused = async (headers: Record<string, string>, path?: string): Promise<string> =>
      await open(headers, path).then(() => 'open', (error: Error) => error.message)
    const socket = await open()
    socket.send('hello')
    t.equal(String((await once(socket, 'message') as [Buffer])[0]), 'echo hello')
    const { url, headers } = handshakes.at(-1)!
    t.equal(url, '/v1/chat?room=1')
    t.match(headers, {
      authorization: /^Bearer opaque-access-\d+$/, 'x-tenant': 'acme', 'sec-websocket-protocol': 'chat'
    })
    t.same([headers.cookie, headers.origin], [undefined, undefined])
    t.notMatch(p.site.logs.join('\n'), /cookies_not_sent/)

    const before = handshakes.length
    for (const path of ['/api/chat', '/lax/chat']) {
      for (const strange of [{ origin: 'https://evil.test' }, { origin: '' },
        { ...KIND, 'sec-fetch-site': 'cross-site' }]) {
        t.match(await refused(strange, path), /403/)
      }
    }
    t.match(await refused({ cookie: '' }), /401/)
    t.match(await refused({}, '/api/..%2fadmin'), /400/)
    t.match(await refused({}, '/api/..;/admin'), /400/)
    t.equal(handshakes.length, before)
    const dead = await open({}, '/dead/x')
    const [code, reason] = await once(dead, 'close') as [number, Buffer]
    t.same([code, String(reason)], [1011, 'The upstream cannot be reached.'])

    const lost = await open({}, '/lost/x')
    t.same((await once(lost, 'close')).map(String), ['1011', 'unexpected response'])

    const answers = async (): Promise<boolean> => {
      socket.send('again')
      await Promise.race([once(socket, 'message'), once(socket, 'close')])
      return socket.readyState === WebSocket.OPEN
    }
    p.site.clock.now += 60
    mock.timers.tick(60_000)
    t.ok(await answers(), 'a session that lives keeps its connections')
    if (sessionStore !== undefined) {
      const { get } = sessionStore
      sessionStore.get = async () => { throw new Error('The store is down.') }
      mock.timers.tick(60_000)
      await until(() => p.site.logs.some(line => line.includes('the session of a WebSocket cannot be read')))
      t.ok(await answers(), 'a store that is down ends nothing')
      sessionStore.get = get
    }
    const endings: Record<string, () => Promise<unknown>> = {
      'a logout': () => p.ada.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' }),
      'a revocation': () => p.site.app.auth0.revokeSessions({ sub: 'auth0|ada' }),
      'a back-channel logout': () => p.site.backchannelLogout(),
      'its time': async () => { p.site.clock.now += 300_000 }
    }
    for (const [name, end] of Object.entries(endings)) {
      p.site.clock.now += 1
      p.ada = await p.site.member()
      const ended = await open()
      ended.send('hello')
      await once(ended, 'message')
      const ending = once(ended, 'close') as Promise<[number, Buffer]>
      await end()
      mock.timers.tick(60_000)
      t.same((await ending).map(String), ['4401', 'login_required'], name)
    }
  }
})
