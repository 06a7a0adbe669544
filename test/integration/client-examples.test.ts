import '../self-reference.js'
import { PassThrough } from 'node:stream'
import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createTenant, type Tenant, type TenantBrowser, type TenantOptions } from '../../lib/testing/index.js'
import { redirectUri, codeVerifier, Wire } from '../testing/tenant/wire.js'
import { until } from '../until.js'

const credentials = { AUTH0_CLIENT_ID: 'app', AUTH0_CLIENT_SECRET: 'app-secret' }
const organization = { id: 'org_acme', name: 'acme', members: ['ada@example.com'] }

async function start (t: Test, options: TenantOptions = {}): Promise<Tenant> {
  const tenant = await createTenant({
    clients: [{ clientId: 'app', clientSecret: 'app-secret' }, { clientId: 'native' }],
    organizations: [organization],
    ...options
  })
  t.teardown(() => tenant.close())
  return tenant
}

/** Runs an example in this process, with variables and a terminal of its own; returns what it showed. */
async function run (path: string, variables: Record<string, string>, typed?: PassThrough,
  shown: string[] = []): Promise<string> {
  const before = { ...process.env }
  const { log, error } = console
  const write = process.stdout.write
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!
  const show = (...parts: unknown[]): void => {
    shown.push(`${parts.map(String).join(' ')}\n`)
  }
  Object.assign(process.env, variables)
  Object.assign(console, { log: show, error: show })
  process.stdout.write = ((text: string) => shown.push(text) > 0) as typeof write
  if (typed !== undefined) Object.defineProperty(process, 'stdin', { value: typed, configurable: true })
  try {
    await import(`../../examples/${path}.ts`)
  } finally {
    Object.assign(console, { log, error })
    process.stdout.write = write
    Object.defineProperty(process, 'stdin', stdin)
    for (const name of Object.keys(variables)) delete process.env[name]
    Object.assign(process.env, before)
  }
  return shown.join('')
}

t.test('sign up and log in', async t => {
  const tenant = await start(t)
  const variables = {
    AUTH0_DOMAIN: tenant.url,
    ...credentials,
    EMAIL: 'new@example.com',
    PASSWORD: 'correct horse battery'
  }
  t.match(await run('authentication/signup-and-login', variables),
    /^Signed up: [0-9a-f]{24}\nLogged in: auth0\|[0-9a-f]{24}\n$/)
})

t.test('passwordless', async t => {
  const tenant = await start(t)
  const terminal = new PassThrough()
  const running = run('authentication/passwordless', {
    AUTH0_DOMAIN: tenant.url,
    ...credentials,
    EMAIL: 'ada@example.com'
  }, terminal)
  await Promise.race([running, until(() => tenant.mailbox.length > 0)])
  terminal.write(`${tenant.mailbox[0]!.code}\n`)
  t.match(await running, /Logged in: /)
})

t.test('client credentials', async t => {
  const tenant = await start(t)
  t.equal(
    await run('authentication/client-credentials', {
      AUTH0_DOMAIN: tenant.url,
      ...credentials,
      AUDIENCE: 'https://api.example.com'
    }),
    'A token for 86400 seconds, with scope "read:items write:items".\n'
  )
})

t.test('device flow', async t => {
  const tenant = await start(t)
  faster(tenant)
  const shown: string[] = []
  const running = run('authentication/device-flow', { AUTH0_DOMAIN: tenant.url, AUTH0_CLIENT_ID: 'native' }, undefined,
    shown)
  await Promise.race([running, until(() => shown.length > 0)])
  await confirm(tenant.browser(), /Open (\S+) and confirm/.exec(shown[0]!)![1]!, tenant.users[0]!.sub)
  t.ok((await running).endsWith(`Logged in: ${tenant.users[0]!.sub}\n`))
})

t.test('verifying tokens', async t => {
  const tenant = await start(t)
  const wire = new Wire(tenant)
  const callback = new URL(
    await tenant.login({
      authorizationUrl: wire.authorizationUrl({
        organization: 'acme',
        audience: 'https://api.example.com',
        scope: 'openid read:items'
      })
    })
  )
  const form = {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code')!,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
    ...wire.credentials
  }
  const { id_token: idToken, access_token: accessToken } =
    (await wire.send('POST', '/oauth/token', new URLSearchParams(form).toString())).body as {
      id_token: string,
      access_token: string
    }
  const sub = tenant.users[0]!.sub
  t.equal(
    await run('authentication/verify-id-token', {
      AUTH0_ISSUER: tenant.issuer,
      AUTH0_CLIENT_ID: 'app',
      ID_TOKEN: idToken,
      ORGANIZATION: 'acme'
    }),
    `The token is ${sub}'s.\n`
  )
  const access = {
    AUTH0_ISSUER: tenant.issuer,
    AUDIENCE: 'https://api.example.com',
    ACCESS_TOKEN: accessToken,
    ORGANIZATION: 'org_acme'
  }
  t.equal(await run('authentication/verify-access-token', access), `${sub} of org_acme may "openid read:items".\n`)
})

t.test('the Management API', async t => {
  const tenant = await start(t)
  const variables = { AUTH0_DOMAIN: tenant.url, ...credentials }
  const wire = new Wire(tenant)
  const form = { grant_type: 'client_credentials', audience: `${tenant.issuer}api/v2/`, ...wire.credentials }
  const { body: { access_token: token } } = await wire.send('POST', '/oauth/token',
    new URLSearchParams(form).toString())
  const api = async (method: string, path: string, body?: Record<string, unknown>): Promise<unknown> =>
    JSON.parse((await wire.send(method, `/api/v2/${path}`, body, { authorization: `Bearer ${String(token)}` })).text)

  t.test('connections', async t => {
    const shown = await run('management/connections', variables)
    const names = /^con_\w+ Username-Password-Authentication \(auth0\)\ncon_\w+ google-oauth2 .*\ncon_\w+ github /
    t.match(shown, names)
    t.match(shown, /google-oauth2 \(google-oauth2\)\ncon_\w+ github \(github\)\n/)
    t.match(shown,
      /is shown as "Username-Password-Authentication"\.\nUsername-Password-Authentication is shown as "Staff" now\.\n$/)
  })

  t.test('invite a member', async t => {
    await api('PATCH', 'clients/app', { initiate_login_uri: 'https://app.example.com/auth/login' })
    const shown = await run('management/invite-member', {
      ...variables,
      EMAIL: 'alan@example.com',
      APPLICATION: 'app',
      ORGANIZATION: 'new-one'
    })
    t.match(shown,
      /^alan@example\.com is invited to new-one until \S+: https:\/\/app\.example\.com\/auth\/login\?invitation=/)
    t.equal(tenant.mailbox.at(-1)!.to, 'alan@example.com')
    t.strictSame(tenant.organizations.map(({ name }) => name), ['acme', 'new-one'])
  })

  t.test('roles', async t => {
    t.equal(await run('management/roles', { ...variables, EMAIL: 'ada@example.com', ROLE: 'editor' }),
      `${tenant.users[0]!.sub} is editor.\n`)
  })

  t.test('import with a progress bar', async t => {
    const [database] = await api('GET', 'connections') as { id: string }[]
    const file = `${t.testdir()}/import.json`
    writeFileSync(file,
      JSON.stringify([{ email: 'one@example.com' }, { email: 'ada@example.com' }, { name: 'nobody' }]))
    const shown = await run('management/import-users', {
      ...variables,
      FILE: file,
      CONNECTION_ID: database!.id,
      INTERVAL: '0.01'
    })
    t.match(shown, /\rSending {3}█{30} 100 %\n\rImporting █{15}░{15} 50 %\rImporting █{30} 100 %\n1 new, /)
    t.match(shown, /100 %\n1 new, 1 changed, 1 failed\.\nundefined: /)
  })

  t.test('search many users: what is beyond the wall is exported', async t => {
    for (let i = 0; i < 1100; i++) tenant.addUser({ sub: `auth0|many${i}`, email: `many${i}@example.com` })
    const file = `${t.testdir()}/users.json`
    const shown = await run('management/search-users', { ...variables, FILE: file })
    t.match(shown, /^auth0\|\w+ ada@example\.com\n\S+ alan@example\.com\n/)
    t.ok(shown.endsWith(`More than 1000 users: all are in ${file}.\n`))
    t.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, tenant.users.length)
  })
})

/** Lets the device poll each second: Auth0 says nothing, which means five. */
function faster (tenant: Tenant): void {
  const stop = tenant.intercept(async ({ path, url, method, headers, text }) => {
    if (path !== '/oauth/device/code') return undefined
    stop()
    const answer = await tenant.fetch(url, {
      method,
      headers: { 'content-type': headers['content-type']! },
      body: text
    })
    return Response.json({ ...await answer.json() as object, interval: 0.5 })
  })
}

/** What a user does on the pages behind the device's link. */
async function confirm (browser: TenantBrowser, url: string, user: string): Promise<void> {
  let at = url
  let answer = await browser.request('GET', at)
  for (let step = 0; step < 10; step++) {
    if (answer.status >= 300 && answer.status < 400) {
      at = new URL(String(answer.headers.location), at).href
      answer = await browser.request('GET', at)
      continue
    }
    if (/data-page="activated"/.test(answer.body)) return
    const action = /<form[^>]*action="([^"]+)"/.exec(answer.body)?.[1] ?? at
    const inputs = Object.fromEntries(
      [...answer.body.matchAll(/<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map((
        [, name, value]
      ) => [name!, value!])
    )
    at = new URL(action, at).href
    answer = await browser.request('POST', at, { ...inputs, ...(/data-page="login"/.test(answer.body) && { user }) })
  }
  throw new Error(`The device was not confirmed: ${answer.status} ${answer.body.slice(-500)}`)
}
