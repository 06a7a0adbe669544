import t from 'tap'
import { createTenant } from '../../../lib/testing/index.js'
import { claimsOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor'
const clients = [{ clientId: 'app', clientSecret: 'app-secret' }]
const ada = { sub: 'auth0|ada', email: 'ada@example.com' }

t.test('acr_values asks for a second factor, once per session of the tenant', async t => {
  const tenant = await createTenant({
    issuer,
    clients,
    users: [{ ...ada, authenticators: [{ type: 'otp', secret: 'JBSWY3DPEHPK3PXP' }] }]
  })
  const wire = new Wire(tenant)
  const browser = tenant.browser()
  const login = async (params: Record<string, string>): Promise<Record<string, unknown>> => {
    const { body } = await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl(params) }))
    return claimsOf(String(body.id_token))
  }
  t.notOk('amr' in await login({}), 'a plain login has one factor')
  t.match(await login({ acr_values: multiFactor }), { sub: ada.sub, acr: multiFactor, amr: ['mfa'] })
  const pages = tenant.requests.filter(({ path }) => path === '/u/login').length
  t.match(await login({ acr_values: multiFactor }), { acr: multiFactor, amr: ['mfa'] })
  t.equal(tenant.requests.filter(({ path }) => path === '/u/login').length, pages, 'the session has its second factor')
  t.strictSame(tenant.errors, [])
})

t.test('a wrong code is refused, and cancelling ends the login', async t => {
  const tenant = await createTenant({
    issuer,
    clients,
    users: [{ ...ada, mfa: true, authenticators: [{ type: 'otp', secret: 'JBSWY3DPEHPK3PXP' }] }]
  })
  const wire = new Wire(tenant)
  await t.rejects(tenant.login({ authorizationUrl: wire.authorizationUrl(), answers: { code: '000000' } }), {
    message: /400.*Invalid code/u
  })
  t.match(claimsOf((await wire.login()).id_token), { amr: ['mfa'] }, 'control: the right code')
})

t.test('a user without a second factor enrolls one on the way', async t => {
  const tenant = await createTenant({ issuer, clients, users: [{ ...ada, mfa: true }] })
  t.match(claimsOf((await new Wire(tenant).login()).id_token), { acr: multiFactor, amr: ['mfa'] })
  t.match(tenant.users[0]?.authenticators, [{ type: 'otp', active: true }])
  t.match(await tenant.totp('ada@example.com'), /^\d{6}$/u)
})

t.test('a code sent by text message or e-mail is a second factor', async t => {
  for (const [type, target, box] of [['sms', '+15550100', 'sms'], ['email', 'ada@example.com', 'mailbox']] as const) {
    const tenant = await createTenant({
      issuer,
      clients,
      users: [{ ...ada, mfa: true, authenticators: [{ type, target }] }]
    })
    t.match(claimsOf((await new Wire(tenant).login()).id_token), { amr: ['mfa'] })
    t.match(tenant[box], [{ to: target, code: /^\d{6}$/u }])
  }
})

t.test('a tenant can be told to ignore acr_values', async t => {
  const tenant = await createTenant({ issuer, clients, users: [ada], ignoresAcrValues: true })
  const claims = claimsOf((await new Wire(tenant).login({ acr_values: multiFactor })).id_token)
  t.notOk('acr' in claims || 'amr' in claims)
})
