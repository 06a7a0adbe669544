import type { AddressInfo } from 'node:net'
import t from 'tap'
import { setCookies } from '../hostile/browser.js'
import { skipWithout } from '../requirements.js'
import { nginxProgram, startNginx } from '../servers/nginx.js'
import { Site } from '../flows/site.js'

t.test('a login passes nginx with default buffers', { skip: skipWithout('nginx', nginxProgram) }, async t => {
  const s = new Site({ audience: 'https://api.example.com/' }, { trustProxy: true })
  s.app.after(() => {
    s.app.get('/me', async request => (await request.auth0.getUser())?.sub ?? 'nobody')
  })
  await s.app.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(async () => {
    s.app.server.closeAllConnections()
    await s.app.close()
  })
  const port = await startNginx(t, (s.app.server.address() as AddressInfo).port)
  const profile = {
    nickname: 'ada.lovelace',
    email: 'ada.lovelace@example.com',
    email_verified: true,
    updated_at: '2026-11-30T07:44:51.123Z',
    picture: `https://s.gravatar.com/avatar/${'0'.repeat(32)}?s=480&r=pg&d=https%3A%2F%2Fcdn.auth0.com%2Fal.png`
  }
  const roles = { 'https://example.com/roles': Array.from({ length: 40 }, (_, n) => `role-of-some-length-${n}`) }
  for (const claims of [profile, { ...profile, ...roles }]) {
    s.tenant.claims = claims
    const browser = s.browser()
    const ask = async (path: string): Promise<Response> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        redirect: 'manual',
        headers: { host: 'app.example.test', accept: 'text/html', cookie: browser.cookieHeader(path) }
      })
      browser.keep({ headers: { 'set-cookie': response.headers.getSetCookie() } } as Parameters<typeof setCookies>[0])
      return response
    }
    const login = await ask('/auth/login?returnTo=%2Fme')
    t.equal(login.status, 302)
    t.equal((await ask(s.tenant.callback(login.headers.get('location')!))).status, 302, 'the callback')
    t.equal(await (await ask('/me')).text(), 'auth0|ada')
  }
})
