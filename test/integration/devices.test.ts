import t from 'tap'
import '../self-reference.js'
import { MemorySessionStore } from '../../lib/stores/index.js'
import { createTenant } from '../../lib/testing/index.js'
import { Visitor } from '../fixtures/visitor.js'
import { patient } from '../running-quickstart.js'

const { buildApp } = await import('../../examples/devices/app.js')

const origin = 'https://devices.example.com'
const WEEK = 604_800

t.test('a user sees all devices, logs the others out, and is logged out when the tenant says so', async t => {
  let now = 1_795_000_000
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    now: () => now,
    lifetimes: { session: WEEK },
    clients: [{
      clientId: 'devices',
      clientSecret: 'a secret of the application',
      callbacks: [`${origin}/auth/callback`],
      backchannelLogoutUrl: `${origin}/auth/backchannel-logout`
    }],
    fetch: async (url, init) => {
      const { statusCode } = await app.inject({
        method: 'POST',
        url: new URL(String(url)).pathname,
        headers: init?.headers as Record<string, string>,
        payload: init?.body as string
      })
      return new Response(null, { status: statusCode })
    }
  })
  t.teardown(tenant.close)
  const app = await buildApp({
    domain: tenant.domain,
    clientId: 'devices',
    clientSecret: 'a secret of the application',
    appBaseUrl: origin,
    sessionSecret: 'of forty characters, as it should be made',
    sessionStore: new MemorySessionStore({ now: () => now }),
    sessionConfiguration: { absoluteDuration: 4 * WEEK, inactivityDuration: 4 * WEEK },
    customFetch: tenant.fetch,
    httpTimeout: 60,
    now: () => now
  }, patient)
  t.teardown(async () => {
    await app.close()
  })

  const login = async (user = 'ada@example.com'): Promise<Visitor> => {
    const browser = new Visitor(app, { origin, now: () => now, tenant })
    const arrived = await browser.login({ user }, '/auth/login?returnTo=%2Fdevices')
    t.equal(arrived.headers.location, '/devices')
    now += 10
    return browser
  }
  const devices = async (browser: Visitor): Promise<number | undefined> => {
    const { statusCode, body } = await browser.navigate('/devices')
    return statusCode === 200 ? body.match(/<li>/gu)?.length : undefined
  }

  const [phone, laptop] = [await login(), await login()]
  const alan = await login('alan@example.com')
  t.match(await phone.navigate('/'), { statusCode: 302, headers: { location: '/devices' } })
  t.strictSame([await devices(phone), await devices(laptop), await devices(alan)], [2, 2, 1])
  t.match((await phone.navigate('/devices')).body, /Another device.*This device/u, 'the newest first')

  t.equal(
    (await laptop.submit('/devices/log-out-others', {}, {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site'
    })).statusCode,
    403
  )
  t.strictSame([await devices(phone), await devices(laptop)], [2, 2], 'no other site can do it')
  t.match(await laptop.submit('/devices/log-out-others', {}), { statusCode: 303, headers: { location: '/devices' } })
  t.strictSame([await devices(phone), await devices(laptop), await devices(alan)], [undefined, 1, 1])

  await tenant.revoke(tenant.users[0]!.sub)
  t.strictSame([await devices(laptop), await devices(alan)], [undefined, 1], "the tenant ended the user's sessions")

  now += WEEK
  t.equal(await devices(alan), 1)
  const sent = tenant.logoutTokens.length
  await login()
  const turn = async () => await new Promise(resolve => setImmediate(resolve))
  while (tenant.logoutTokens.length === sent || tenant.logoutTokens.at(-1)!.status === undefined) await turn()
  t.equal(tenant.logoutTokens.length, sent + 1)
  t.ok(tenant.logoutTokens.every(({ status }) => status === 200))
  t.equal(await devices(alan), undefined, 'the session at the tenant has expired')
})
