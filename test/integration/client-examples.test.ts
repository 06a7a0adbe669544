import '../self-reference.js'
import { PassThrough } from 'node:stream'
import { readFileSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { createTenant, type Tenant, type TenantBrowser, type TenantOptions } from '../../lib/testing/index.js'
import { redirectUri, codeVerifier, Wire } from '../testing/tenant/wire.js'
import { until } from '../until.js'

const credentials = { AUTH0_CLIENT_ID: 'app', AUTH0_CLIENT_SECRET: 'app-secret' }
const organization = { id: 'org_acme', name: 'acme', members: ['ada@example.com'] }
const many = Array.from({ length: 1100 }, (_, i) => `many${i}@example.com`)
/** How often each example has run: a module runs once for each of its addresses. */
const runs = new Map<string, number>()

async function start (t: Test, options: TenantOptions = {}): Promise<Tenant> {
  const tenant = await createTenant({
    clients: [{ clientId: 'app', clientSecret: 'app-secret' }, { clientId: 'native' }],
    organizations: [organization, { id: 'org_many', name: 'many', members: many }],
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
  const listeners = process.listeners('SIGINT')
  const run = runs.get(path) ?? 0
  runs.set(path, run + 1)
  const show = (...parts: unknown[]): void => {
    shown.push(`${parts.map(String).join(' ')}\n`)
  }
  Object.assign(process.env, variables)
  Object.assign(console, { log: show, error: show })
  process.stdout.write = ((text: string) => shown.push(text) > 0) as typeof write
  if (typed !== undefined) Object.defineProperty(process, 'stdin', { value: typed, configurable: true })
  try {
    await import(`../../examples/${path}.ts${run === 0 ? '' : `?${run}.ts`}`)
  } finally {
    Object.assign(console, { log, error })
    process.stdout.write = write
    Object.defineProperty(process, 'stdin', stdin)
    for (const listener of process.listeners('SIGINT')) {
      if (!listeners.includes(listener)) process.removeListener('SIGINT', listener)
    }
    for (const name of Object.keys(variables)) delete process.env[name]
    Object.assign(process.env, before)
  }
  return shown.join('')
}

/** What Ctrl+C does to the example that runs. */
function interrupt (): void {
  const listener = process.listeners('SIGINT').at(-1) as () => void
  listener()
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
    t.strictSame(tenant.organizations.map(({ name }) => name), ['acme', 'many', 'new-one'])
  })

  t.test('roles', async t => {
    t.equal(await run('management/roles', { ...variables, EMAIL: 'ada@example.com', ROLE: 'editor' }),
      `${tenant.users[0]!.sub} is editor.\n`)
  })

  const ada = tenant.users[0]!.sub
  const alan = tenant.users[1]!.sub
  const folder = t.testdir({
    'roles-1.json': JSON.stringify({ editor: ['alan@example.com', 'nobody@example.com'], reader: ['ada@example.com'] }),
    'roles-2.json': JSON.stringify({ editor: ['ada@example.com', 'alan@example.com'] }),
    'permissions-1.json': JSON.stringify({ editor: ['read:items', 'write:items'], writer: ['write:items'] }),
    'permissions-2.json': JSON.stringify({ editor: ['read:items'], writer: ['write:items'] })
  })

  t.test('role sync', async t => {
    t.equal(await run('management/role-sync', { ...variables, FILE: `${folder}/roles-1.json` }),
      'Nobody has the address nobody@example.com.\neditor: 1 added, 1 removed, 1 in all.\n' +
        'reader: 1 added, 0 removed, 1 in all.\n')
    t.equal(await run('management/role-sync', { ...variables, FILE: `${folder}/roles-2.json` }),
      'editor: 1 added, 0 removed, 2 in all.\n')
    t.equal(await run('management/role-sync', { ...variables, FILE: `${folder}/roles-2.json` }),
      'editor: 0 added, 0 removed, 2 in all.\n')
    const { id } = (await api('GET', 'roles?name_filter=editor') as { id: string }[])[0]!
    const users = await api('GET', `roles/${id}/users`) as { user_id: string }[]
    t.strictSame(users.map(user => user.user_id).sort(), [ada, alan].sort())
  })

  t.test('permission sync', async t => {
    const audience = { ...variables, AUDIENCE: 'https://api.example.com' }
    t.equal(await run('management/permission-sync', { ...audience, FILE: `${folder}/permissions-1.json` }),
      'editor: +read:items +write:items\nwriter: +write:items\n')
    t.equal(await run('management/permission-sync', { ...audience, FILE: `${folder}/permissions-2.json` }),
      'editor: -write:items\nwriter: no change\n')
    const { id } = (await api('GET', 'roles?name_filter=editor') as { id: string }[])[0]!
    t.match(await api('GET', `roles/${id}/permissions`), [{ permission_name: 'read:items' }])
  })

  t.test('account linking', async t => {
    const address = { email: 'link@example.com', emailVerified: true }
    for (const sub of ['auth0|first', 'google-oauth2|second', 'github|third']) {
      tenant.addUser({ ...address, sub, userMetadata: { [sub.split('|')[1]!]: true } })
    }
    tenant.addUser({ sub: 'auth0|stranger', email: 'link@example.com', emailVerified: false })
    t.equal(await run('management/link-accounts', { ...variables, EMAIL: address.email }),
      'google-oauth2|second is linked to auth0|first, which has 2 identities now.\n' +
        'github|third is linked to auth0|first, which has 3 identities now.\n')
    t.match(await api('GET', 'users/auth0|first'), {
      identities: [{ user_id: 'first' }, { provider: 'google-oauth2', user_id: 'second' }, { provider: 'github' }],
      user_metadata: { first: true, second: true, third: true }
    })
    t.ok(tenant.users.some(({ sub }) => sub === 'auth0|stranger'), 'not without a verified address')
    t.equal(await run('management/link-accounts', { ...variables, EMAIL: 'alan@example.com' }),
      'alan@example.com has 1 verified account(s): there is nothing to link.\n')
  })

  t.test('the log is read on from a checkpoint', async t => {
    const file = `${folder}/logs.checkpoint`
    let isReading = false
    const stop = tenant.intercept(({ path, url }) => {
      isReading ||= path === '/api/v2/logs' && new URL(url).searchParams.has('from')
      return undefined
    })
    t.teardown(stop)
    const log = async (make: string, what: RegExp): Promise<string> => {
      const shown: string[] = []
      isReading = false
      const settings = { ...variables, CHECKPOINT: file, INTERVAL: '0.01' }
      const running = run('management/tail-logs', settings, undefined, shown)
      await Promise.race([running, until(() => isReading)])
      await api('POST', 'roles', { name: make })
      await Promise.race([running, shows(shown, what)])
      interrupt()
      return await running
    }
    await api('POST', 'roles', { name: 'before' })
    await log('tail', /Create a role/)
    const first = readFileSync(file, 'utf8')
    await api('POST', 'roles', { name: 'between' })
    t.match(await log('later', /Create a role[^]*Create a role/), /^(\S+ sapi Create a role\n){2}$/)
    t.not(readFileSync(file, 'utf8'), first)
  })

  t.test('the configuration without its secrets', async t => {
    const shown = await run('management/dump-config', { ...variables, FOLDER: `${folder}/dump` })
    t.match(shown.split('\n').sort(), ['', /^apis: \d+$/, /^clients: \d+$/, /^connections: \d+$/, /^grants: \d+$/,
      `organizations: ${tenant.organizations.length}`, /^roles: \d+$/])
    const read = (name: string): string => readFileSync(`${folder}/dump/${name}.json`, 'utf8')
    t.match(JSON.parse(read('clients')), [{ client_id: 'app', client_secret: '(removed)' }, {}])
    t.notMatch(read('clients'), /app-secret/)
    t.match(read('apis'), /"identifier": "https:\/\/api.example.com"/)
    t.match(read('roles'), /"permission_name": "read:items"/)
  })

  t.test('import and export', async t => {
    const [database] = await api('GET', 'connections') as { id: string }[]
    const file = `${folder}/import.json`
    const settings = { ...variables, FILE: file, CONNECTION_ID: database!.id, INTERVAL: '0.01' }
    writeFileSync(file,
      '[{ "email": "one@example.com" },\n{ "email": "ada@example.com" },\n{ "name": "nobody" }]')
    const said = /^1 new, 1 changed, 1 failed\.\nLine 3 \(no address\): .+\n$/
    const written: string[] = []
    const { isTTY, write } = process.stderr
    process.stderr.write = ((text: string) => written.push(text) > 0) as typeof write
    try {
      process.stderr.isTTY = true
      t.match(await run('management/import-users', settings), said)
      t.match(written.join(''), /100 % \| 3 users, 1 errors/)
      written.length = 0
      process.stderr.isTTY = false
      writeFileSync(file, '{ "email": "two@example.com" }\n')
      t.equal(await run('management/import-users', settings), '1 new, 0 changed, 0 failed.\n')
      t.strictSame(written, [], 'no bar where there is no terminal')
    } finally {
      Object.assign(process.stderr, { isTTY, write })
    }
    const users = `${folder}/users.ndjson`
    t.equal(await run('management/export-users', { ...variables, FILE: users, INTERVAL: '0.01' }),
      `${tenant.users.length} users are in ${users}.\n`)
    const lines = readFileSync(users, 'utf8').trimEnd().split('\n')
    const exported = lines.map(line => JSON.parse(line) as { email: string })
    t.strictSame(exported.map(({ email }) => email), tenant.users.map(({ email }) => email))
  })

  t.test('events are followed, and resumed after the last offset', async t => {
    const file = `${folder}/events.offset`
    const message = (offset: string, type: string): string =>
      `event: ${type}\nid: ${offset}\ndata: {"event":{"data":{"object":{"user_id":"auth0|${offset}"}}}}\n\n`
    const streams = [
      `retry: 0\n\n: connected\n\n${message('o1', 'user.created')}id: o2\n\n`,
      message('o3', 'user.deleted')
    ]
    const asked: (string | null)[] = []
    const stop = tenant.intercept(({ path, url }) => {
      if (path !== '/api/v2/events') return undefined
      asked.push(new URL(url).searchParams.get('from'))
      return new Response(streams.shift() ?? '', { headers: { 'content-type': 'text/event-stream' } })
    })
    t.teardown(stop)
    const shown: string[] = []
    const running = run('management/events', { ...variables, OFFSET: file }, undefined, shown)
    await Promise.race([running, shows(shown, /user\.deleted/)])
    interrupt()
    t.equal(await running, 'user.created {"object":{"user_id":"auth0|o1"}}\n' +
      'user.deleted {"object":{"user_id":"auth0|o3"}}\n')
    t.strictSame([asked.slice(0, 2), readFileSync(file, 'utf8')], [[null, 'o2'], 'o3'])
  })

  t.test('more than 1,000 users', async t => {
    many.forEach((email, i) => tenant.addUser({ sub: `auth0|many${i}`, email }))

    t.test('a search ends in an export', async t => {
      const shown = await run('management/search-users', { ...variables, INTERVAL: '0.01' })
      t.match(shown, /^auth0\|\w+ ada@example\.com\n\S+ alan@example\.com\n/)
      t.ok(shown.endsWith(
        `More than 1000 users match. In the export ${tenant.users.length} have an address at example.com.\n`))
    })

    t.test('members of an organization', async t => {
      const shown = await run('management/members', { ...variables, ORGANIZATION: 'many' })
      t.match(shown, /^auth0\|many0 many0@example\.com\n/)
      t.ok(shown.endsWith('\n1100 members.\n'))
      t.equal(shown.split('\n').length, 1102)
    })

    t.test('are deleted after a confirmation, until Ctrl+C', async t => {
      const settings = { ...variables, QUERY: 'email:many10*' }
      const matching = many.filter(email => email.startsWith('many10')).length
      const { length } = tenant.users
      t.equal(await run('management/delete-users', settings),
        `${matching} users match. Set CONFIRM=${matching} to delete them.\n`)
      t.equal(tenant.users.length, length, 'counted only')
      let seen = 0
      const stop = tenant.intercept(({ method }) => {
        if (method === 'DELETE' && ++seen === 20) interrupt()
        return undefined
      })
      t.teardown(stop)
      const shown = await run('management/delete-users', { ...settings, CONFIRM: String(matching) })
      const [, deleted, left] = /\n(\d+) deleted, (\d+) left\.\n$/.exec(shown)!
      t.equal(Number(deleted) + Number(left), matching)
      t.ok(Number(deleted) < 25 && seen < 25, `${deleted} of ${seen}`)
      t.ok(length - tenant.users.length >= Number(deleted))
    })
  })
})

/** Waits until an example has shown something. */
async function shows (shown: readonly string[], what: RegExp): Promise<void> {
  await until(() => what.test(shown.join('')))
}

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
