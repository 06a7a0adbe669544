import t from 'tap'
import { run } from '../examples/running.js'
import { inChromium, Tabs } from './chromium.js'

t.test('passkeys in Chromium, with a virtual authenticator', inChromium, async t => {
  const example = await import('../../examples/web/passkeys.js')
  const { origin, tenant } = await run(t, example.build, example.tenant)
  const tabs = await Tabs.open(t)
  const { context } = tabs
  const page = await tabs.add()
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true
    }
  })
  const who = async (text: string): Promise<boolean> =>
    await page.locator('#who', { hasText: text }).waitFor({ timeout: 60_000 }).then(() => true)

  await page.goto(origin)
  t.ok(await who('Nobody is logged in.'))
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('Email').fill('ada.with.passkey@example.com')
  await page.getByRole('button', { name: 'Sign up with a passkey' }).click()
  t.ok(await who('Hello, Ada Lovelace.'), 'signed up')
  t.equal((await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length, 1)
  t.match(tenant.users.at(-1), { email: 'ada.with.passkey@example.com', passkeys: [{}] })

  await page.getByRole('button', { name: 'Sign up with a passkey' }).click()
  t.ok(await who('That did not work: '), 'an account that exists is told')

  await context.clearCookies()
  await page.goto(origin)
  t.ok(await who('Nobody is logged in.'))
  await page.getByRole('button', { name: 'Log in with a passkey' }).click()
  t.ok(await who('Hello, Ada Lovelace.'), 'logged in')
  await page.reload()
  t.ok(await who('Hello, Ada Lovelace.'), 'the session stays')
  t.strictSame(tenant.errors, [])
})
