import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { overHttp } from '../fixtures/visitor.js'
import { skipWithout } from '../requirements.js'
import { nginxProgram, startNginx, type NginxBlocks } from '../servers/nginx.js'
import { Site } from '../flows/site.js'

const guide = readFileSync(new URL('../../examples/guides/deployment.md', import.meta.url), 'utf8')
const [, http = '', server = ''] = /^```nginx\n(.*?^\}\n)(.*?)^```/msu.exec(guide) ?? []
const profile = {
  nickname: 'ada.lovelace',
  email: 'ada.lovelace@example.com',
  email_verified: true,
  updated_at: '2026-11-30T07:44:51.123Z',
  picture: `https://s.gravatar.com/avatar/${'0'.repeat(32)}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Fal.png`
}
const roles = (count: number): object => ({
  ...profile,
  'https://example.com/roles': Array.from({ length: count }, (_, n) => `role-of-some-length-${n}`)
})
const large = roles(180)
const cases: [name: string, blocks: NginxBlocks | undefined, users: object[]][] = [
  ['default buffers', undefined, [profile, roles(40)]],
  ["the guide's block", { http, server }, [profile, large]]
]

for (const [name, blocks, users] of cases) {
  t.test(`a login passes nginx with ${name}`, { skip: skipWithout('nginx', nginxProgram) }, async t => {
    const s = new Site({ audience: 'https://api.example.com/' }, { trustProxy: true })
    s.app.after(() => {
      s.app.get('/me', async request => (await request.auth0.getUser())?.sub ?? 'nobody')
      s.app.get('/address', async request => request.ips)
    })
    s.app.server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    })
    await s.app.listen({ port: 0, host: '127.0.0.1' })
    t.teardown(async () => {
      s.app.server.closeAllConnections()
      await s.app.close()
    })
    const port = await startNginx(t, (s.app.server.address() as AddressInfo).port, blocks)
    for (const claims of users) {
      s.tenant.claims = claims as typeof s.tenant.claims
      const browser = s.browser().at(overHttp(`http://127.0.0.1:${port}`))
      const login = await browser.navigate('/auth/login?returnTo=%2Fme')
      t.equal(login.statusCode, 302)
      const done = await browser.navigate(s.tenant.callback(String(login.headers.location)))
      t.equal(done.statusCode, 302, 'the callback')
      t.equal((await browser.navigate('/me')).body, 'auth0|ada')
      if (claims === large) t.ok(browser.cookieHeader('/').length > 7000, 'the session nears its limit')
    }
    if (blocks === undefined) return
    const forged = await fetch(`http://127.0.0.1:${port}/address`, { headers: { 'x-forwarded-for': '192.0.2.1' } })
    t.strictSame(await forged.json(), ['127.0.0.1', '127.0.0.1'], "the visitor's address, not what it claims")
    const headers = { host: 'app.example.test', connection: 'Upgrade', upgrade: 'echo' }
    const [response] = await once(get(`http://127.0.0.1:${port}/`, { headers }), 'upgrade') as [{ statusCode: number }]
    t.equal(response.statusCode, 101, 'a WebSocket passes')
  })
}
