import t, { type Test } from 'tap'
import { ManagementClient, paginate } from '../../../lib/management/index.js'
import * as resources from '../../../lib/management/resources/index.js'
import { createTenant, type Tenant, type TenantOptions } from '../../../lib/testing/index.js'
import { failure } from '../../management/scripted.js'
import { callbackParams, claimsOf, Wire } from './wire.js'

const issuer = 'https://acme.eu.auth0.com/'
const machine = { clientId: 'm2m', clientSecret: 'machine secret' }
const api = 'https://orders.example.com'

async function start (t: Test,
  options: TenantOptions = {}): Promise<{ tenant: Tenant, client: ManagementClient, wire: Wire }> {
  const tenant = await createTenant({
    issuer,
    clients: [machine, { clientId: 'app', clientSecret: 'app-secret', backchannelLogoutUrl: 'https://app.test/out' }],
    fetch: async () => new Response(null, { status: 204 }),
    ...options
  })
  t.teardown(() => tenant.close())
  const client = new ManagementClient({ domain: tenant.domain, customFetch: tenant.fetch, retry: false, ...machine })
  return { tenant, client, wire: new Wire(tenant) }
}

t.test('what is not served says so with the name of the operation', async t => {
  const { client, wire } = await start(t)
  t.match(await failure(client.customDomains.list()), {
    status: 501,
    code: 'not_implemented',
    message: /The local tenant does not serve GET \/api\/v2\/custom-domains \(customDomains\.list\)/u
  })
  t.match(await wire.send('PATCH', '/api/v2/guardian/factors/duo/settings'), {
    status: 501,
    body: { message: /\(guardian\.factors\.duo\.settings\.update\)/u }
  })
  t.match(await wire.send('GET', '/api/v2/nonsense'), { status: 404, body: { statusCode: 404, error: 'Not Found' } })
  t.match(await wire.send('POST', '/api/v2/custom-domains/default'), { status: 404 }, 'the method counts')

  const operations: [string, string, string][] = []
  const collect = (tree: object, name: string): void => {
    for (const [key, value] of Object.entries(tree) as [string, { verb?: string, path: string }][]) {
      if (value.verb === undefined) collect(value, `${name}${key}.`)
      else operations.push([value.verb, value.path.replace(/\{\w+\}/gu, 'x'), `${name}${key}`])
    }
  }
  collect(resources, '')
  let served = 0
  for (const [verb, path, name] of operations) {
    const { status, body } = await wire.send(verb, `/api/v2${path}`, verb === 'GET' ? undefined : {})
    if (status === 501) t.match(body, { message: new RegExp(`\\(${name}\\)`, 'u') }, name)
    else if (status === 401) served++
    else t.fail(`${verb} ${path} (${name}): ${status}`)
  }
  t.ok(operations.length > 400)
  t.ok(served > 110, `${served} of ${operations.length} are served`)
})

t.test('resource servers: tokens are given for those that the API adds', async t => {
  const { client, wire } = await start(t)
  const created = await client.resourceServers.create({
    identifier: api,
    name: 'Orders',
    scopes: [{ value: 'read:orders', description: 'Read' }, { value: 'write:orders' }],
    token_lifetime: 600,
    token_dialect: 'rfc9068_profile_authz',
    enforce_policies: false
  })
  t.match(created, { id: String, identifier: api, is_system: false, signing_alg: 'RS256', token_lifetime: 600 })
  const { access_token: token } = await wire.login({ audience: api, scope: 'openid read:orders' })
  t.match(claimsOf(token), { scope: 'openid read:orders', client_id: 'app' })
  t.equal(Number(claimsOf(token).exp) - Number(claimsOf(token).iat), 600)
  await client.resourceServers.update(created.id!, { scopes: [{ value: 'write:orders' }] })
  t.match(await client.resourceServers.get(api), { scopes: [{ value: 'write:orders' }], name: 'Orders' })
  t.equal(claimsOf((await wire.login({ audience: api, scope: 'openid read:orders' })).access_token).scope, 'openid')
  t.match(await client.resourceServers.list({ identifiers: [api] }), [{ identifier: api }])
  t.match(await failure(client.resourceServers.create({ identifier: api })), { status: 409 })
  t.match(await failure(client.resourceServers.create({} as never)), { status: 400 })
  t.match(await failure(client.resourceServers.update(api, { scopes: ['x'] } as never)), { status: 400 })
  t.match(await failure(client.resourceServers.delete(`${issuer}api/v2/`)), { status: 403 })
  await client.resourceServers.delete(created.id!)
  t.match(await failure(client.resourceServers.get(api)), { status: 404, code: 'inexistent_resource_server' })
  await t.rejects(wire.login({ audience: api }), /Service%20not%20found|Service\+not\+found/)
})

t.test('permissions of users and of roles reach tokens', async t => {
  const { tenant, client, wire } = await start(t, {
    resourceServers: [{ identifier: api, name: 'Orders', scopes: ['read', 'write', 'audit'], rbac: true }],
    users: [{ sub: 'auth0|a', email: 'a@example.com', permissions: { [api]: ['read'] } }],
    organizations: [{ id: 'org_1', name: 'acme', members: ['auth0|a'] }]
  })
  const permissions = async (params: Record<string, string> = {}): Promise<unknown> => {
    const claims = claimsOf((await wire.login({ audience: api, scope: 'openid read write audit', ...params }))
      .access_token)
    t.equal(claims.scope,
      ['openid', ...claims.permissions as string[]].sort().join(' ').replace(/^audit openid/u, 'openid audit').split(
        ' '
      ).sort((a, b) =>
        ['openid', 'read', 'write', 'audit'].indexOf(a) -
        ['openid', 'read', 'write', 'audit'].indexOf(b)
      ).join(' '), 'scopes are what the permissions allow')
    return claims.permissions
  }
  const named = (name: string): { resource_server_identifier: string, permission_name: string } => ({
    resource_server_identifier: api,
    permission_name: name
  })
  t.strictSame(await permissions(), ['read'])
  const role = await client.roles.create({ name: 'writer' })
  await client.roles.permissions.add(role.id!, { permissions: [named('write'), named('read')] })
  await client.users.roles.assign('auth0|a', { roles: [role.id!] })
  t.strictSame(await permissions(), ['read', 'write'])
  const auditor = await client.roles.create({ name: 'auditor' })
  await client.roles.permissions.add(auditor.id!, { permissions: [named('audit')] })
  await client.organizations.members.roles.assign('org_1', 'auth0|a', { roles: [auditor.id!] })
  t.strictSame(await permissions(), ['read', 'write'], 'a role in an organization counts there')
  t.strictSame(await permissions({ organization: 'org_1' }), ['read', 'write', 'audit'])
  const refreshed = await wire.login({ audience: api, organization: 'org_1', scope: 'openid audit offline_access' })
  const { body } = await wire.token({ grant_type: 'refresh_token', refresh_token: refreshed.refresh_token })
  t.match(claimsOf(String(body.access_token)), { permissions: ['read', 'write', 'audit'], scope: /audit/u })

  t.match(await client.users.permissions.list('auth0|a'), [
    {
      permission_name: 'read',
      resource_server_name: 'Orders',
      sources: [{ source_type: 'DIRECT' }, {
        source_type: 'ROLE',
        source_name: 'writer'
      }]
    },
    { permission_name: 'write', sources: [{ source_type: 'ROLE' }] }
  ])
  await client.users.permissions.create('auth0|a', { permissions: [named('audit')] })
  t.strictSame(await permissions(), ['read', 'audit', 'write'])
  await client.users.permissions.delete('auth0|a', { permissions: [named('read'), named('audit')] })
  await client.users.roles.delete('auth0|a', { roles: [role.id!] })
  t.strictSame(await permissions(), [])
  t.match(await failure(client.users.permissions.create('auth0|a', { permissions: [named('none')] })), { status: 404 })
  t.strictSame(tenant.errors, [])
})

t.test('identities', async t => {
  const { tenant, client, wire } = await start(t, {
    users: [
      { sub: 'auth0|a', email: 'a@example.com' },
      { sub: 'google-oauth2|7', email: 'g@example.com', connection: 'google-oauth2', name: 'G' },
      { sub: 'auth0|b', email: 'b@example.com' }
    ]
  })
  const { id_token: idToken } = await wire.login({}, { user: 'b@example.com' })
  t.match(await client.users.identities.link('auth0|a', { provider: 'google-oauth2', user_id: '7' }), [
    { provider: 'auth0', user_id: 'a' },
    { provider: 'google-oauth2', user_id: '7', isSocial: true }
  ])
  t.match(await client.users.identities.link('auth0|a', { link_with: idToken }), [{}, {}, {
    provider: 'auth0',
    user_id: 'b',
    isSocial: false
  }])
  t.equal(tenant.users.length, 1)
  const subOf = async (user: string): Promise<unknown> => claimsOf((await wire.login({}, { user })).id_token).sub
  for (const name of ['a@example.com', 'b@example.com', 'g@example.com']) {
    t.equal(await subOf(name), 'auth0|a', `${name} logs in to the user it is linked to`)
  }
  const byPassword = await tenant.login({
    authorizationUrl: wire.authorizationUrl({ prompt: 'login' }),
    user: 'b@example.com',
    password: 'password'
  })
  t.equal(claimsOf(String((await wire.exchange(byPassword)).body.id_token)).sub, 'auth0|a')
  t.match(await failure(client.users.get('google-oauth2|7')), { status: 404 })
  t.match(await client.users.identities.delete('auth0|a', 'google-oauth2', '7'), [{}, { user_id: 'b' }])
  t.equal(await subOf('g@example.com'), 'google-oauth2|7', 'and to its own again')
  t.match(await client.users.get('google-oauth2|7'), { name: 'G', identities: [{ connection: 'google-oauth2' }] })
  for (
    const [body, status] of [[{ provider: 'auth0', user_id: 'a' }, 400], [{ provider: 'x', user_id: 'y' }, 404], [{},
      400], [{ link_with: 'no' }, 400]] as const
  ) {
    t.match(await failure(client.users.identities.link('auth0|a', body as never)), { status }, JSON.stringify(body))
  }
  t.match(await failure(client.users.identities.delete('auth0|a', 'auth0', 'a')), { status: 400 })
})

t.test('sessions and refresh tokens', async t => {
  const { tenant, client, wire } = await start(t)
  const { sub } = tenant.users[0]!
  const browser = tenant.browser()
  const login = async (): Promise<Record<string, unknown>> =>
    (await wire.exchange(await browser.login({ authorizationUrl: wire.authorizationUrl() }))).body
  const sidOf = (tokens: Record<string, unknown>): string => String(claimsOf(String(tokens.id_token)).sid)
  const silent = async (): Promise<Record<string, string>> =>
    callbackParams(await browser.login({ authorizationUrl: wire.authorizationUrl({ prompt: 'none' }) }))
  const refresh = async (tokens: Record<string, unknown>): Promise<number> =>
    (await wire.token({ grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) })).status
  const first = await login()
  const sid = sidOf(first)
  t.match(await client.users.sessions.list(sub), {
    sessions: [{
      id: sid,
      user_id: sub,
      clients: [{
        client_id: 'app'
      }]
    }]
  })
  t.match(await client.sessions.get(sid), { id: sid, authenticated_at: String })
  t.match(await client.users.refreshToken.list(sub), { tokens: [{ client_id: 'app', session_id: sid }] })
  await client.sessions.delete(sid)
  t.match(await silent(), { error: 'login_required' })
  t.match(tenant.logoutTokens, [{ clientId: 'app', status: 204 }], 'its applications are told')
  t.equal(await refresh(first), 200)
  const second = await login()
  await client.sessions.revoke(sidOf(second))
  t.strictSame([await refresh(first), await refresh(second)], [200, 403])
  const { tokens } = await client.users.refreshToken.list(sub) as { tokens: { id: string }[] }
  t.match(await client.refreshTokens.get(tokens[0]!.id), { user_id: sub })
  await client.refreshTokens.delete(tokens[0]!.id)
  t.equal(await refresh(first), 403)
  t.match(await failure(client.refreshTokens.get(tokens[0]!.id)), { status: 404 })
  const third = await login()
  await client.users.revokeAccess(sub, { preserve_refresh_tokens: true })
  t.match(await silent(), { error: 'login_required' })
  t.equal(await refresh(third), 200)
  await client.users.revokeAccess(sub, {})
  t.equal(await refresh(third), 403)
  const fourth = await login()
  await client.users.sessions.delete(sub)
  await client.users.refreshToken.delete(sub)
  t.equal(await refresh(fourth), 403)
  t.match(await failure(client.sessions.get('none')), { status: 404 })
})

t.test('authentication methods and enrollments', async t => {
  const { tenant, client, wire } = await start(t, { users: [{ sub: 'auth0|a', email: 'a@example.com', mfa: true }] })
  const { authenticationMethods } = client.users
  const phone = await authenticationMethods.create('auth0|a', { type: 'phone', phone_number: '+15550100' } as never)
  t.match(phone, { id: String, type: 'phone', phone_number: '+15550100', confirmed: true })
  t.match(claimsOf((await wire.login()).id_token), { amr: ['mfa'] }, 'the code is sent there')
  t.match(tenant.sms, [{ to: '+15550100' }])
  t.match(await authenticationMethods.get('auth0|a', phone.id!), { id: phone.id })
  t.match(await authenticationMethods.update('auth0|a', phone.id!, { preferred_authentication_method: 'voice' }), {
    preferred_authentication_method: 'voice'
  })
  t.match(await client.users.enrollments.get('auth0|a'), [{ id: phone.id, status: 'confirmed' }])
  t.match(await client.guardian.enrollments.get(phone.id!), { id: phone.id })
  await client.guardian.enrollments.delete(phone.id!)
  t.strictSame(await authenticationMethods.list('auth0|a'), [])
  const set = [{ type: 'totp', totp_secret: 'ABCDEFGHIJKLMNOP' }, { type: 'email', email: 'a@example.com' }]
  t.match(await authenticationMethods.set('auth0|a', set as never), [{ type: 'totp' }, { type: 'email' }])
  t.match(await failure(authenticationMethods.set('auth0|a', [{ type: 'passkey' }] as never)), { status: 400 })
  t.equal((await authenticationMethods.list('auth0|a')).length, 2, 'what could not be replaced stays')
  await authenticationMethods.delete('auth0|a', tenant.users[0]!.authenticators[0]!.id)
  await authenticationMethods.deleteAll('auth0|a')
  await client.users.authenticators.deleteAll('auth0|a')
  t.strictSame(await authenticationMethods.list('auth0|a'), [])
  t.match(await failure(authenticationMethods.get('auth0|a', 'x')), { status: 404 })
  t.match(await failure(client.guardian.enrollments.get('x')), { status: 404 })
})

t.test('ten wrong passwords block a user until the block is taken away', async t => {
  const { tenant, client, wire } = await start(t)
  const login = async (password: string): Promise<Record<string, unknown>> => {
    const { status, body } = await wire.token({
      grant_type: 'password',
      username: 'ada@example.com',
      password,
      scope: 'openid'
    })
    return { status, error: body.error }
  }
  const { sub } = tenant.users[0]!
  for (let i = 0; i < 9; i++) t.match(await login('wrong'), { status: 403 })
  t.match(await login('password'), { status: 200 }, 'nine are forgotten with the right one')
  for (let i = 0; i < 10; i++) await login('wrong')
  t.match(await login('password'), { status: 429, error: 'too_many_attempts' })
  await t.rejects(tenant.login({
    authorizationUrl: wire.authorizationUrl(),
    user: 'ada@example.com',
    password: 'password'
  }), /multiple consecutive login attempts/u)
  t.match(await client.userBlocks.list(sub), { blocked_for: [{ identifier: 'ada@example.com' }] })
  t.match(await client.userBlocks.listByIdentifier({ identifier: 'ada@example.com' }), { blocked_for: [{}] })
  await client.userBlocks.deleteByIdentifier({ identifier: 'ada@example.com' })
  t.strictSame(await client.userBlocks.list(sub), { blocked_for: [] })
  t.match(await login('password'), { status: 200 })
  await client.userBlocks.delete(sub)
})

t.test('actions, e-mail templates, log streams, settings, branding, guardian', async t => {
  const { tenant, client, wire } = await start(t)
  const action = await client.actions.create({ name: 'a', supported_triggers: [{ id: 'post-login', version: 'v3' }] })
  t.match(action, { id: /^act_/u, name: 'a', status: 'built' })
  t.match(await client.actions.update(action.id!, { code: 'exports.onExecutePostLogin = () => {}' }), { name: 'a' })
  t.match(await client.actions.deploy(action.id!), { deployed: true })
  t.match(await client.actions.list(), { actions: [{ name: 'a', all_changes_deployed: true }], total: 1, page: 0 })
  await client.actions.delete(action.id!)
  t.match(await failure(client.actions.get(action.id!)), { status: 404 })
  t.match(await failure(client.actions.create({ name: 'b' } as never)), { status: 400 })

  const template = {
    template: 'verify_email',
    subject: 'Hello',
    body: 'x',
    from: 'a@b',
    syntax: 'liquid',
    enabled: true
  }
  await client.emailTemplates.create(template as never)
  t.match(await failure(client.emailTemplates.create(template as never)), { status: 409 })
  t.match(await client.emailTemplates.update('verify_email', { subject: 'Hi' }), { subject: 'Hi', body: 'x' })
  t.notOk('from' in await client.emailTemplates.set('verify_email', { template: 'verify_email', body: 'y' } as never))
  t.match(await client.emailTemplates.get('verify_email'), { body: 'y' })
  t.match(await failure(client.emailTemplates.get('welcome_email')), { status: 404 })

  const stream = await client.logStreams.create({ name: 's', type: 'http', sink: { httpEndpoint: 'x' } } as never)
  t.match(await client.logStreams.list(), [{ id: (stream as { id: string }).id, status: 'active' }])
  await client.logStreams.delete((stream as { id: string }).id)
  t.strictSame(await client.logStreams.list(), [])

  t.match(await client.tenants.settings.get(), { authorization_response_iss_parameter_supported: false, flags: {} })
  await client.tenants.settings.update({ flags: { enable_sso: true } })
  t.match(await client.tenants.settings.update({
    authorization_response_iss_parameter_supported: true,
    flags: { enable_apis_section: true }
  }), { authorization_response_iss_parameter_supported: true, flags: { enable_sso: true, enable_apis_section: true } })
  t.equal(callbackParams(await tenant.login({ authorizationUrl: wire.authorizationUrl() })).iss, issuer)

  t.match(await client.branding.update({ colors: { primary: '#000000' } }), {
    colors: { primary: '#000000', page_background: String }
  })
  t.match(await client.guardian.factors.set('sms', { enabled: true }), { enabled: true })
  t.match((await client.guardian.factors.list()).find(({ name }) => name === 'sms'), { enabled: true })
  t.match(await failure(client.guardian.factors.set('fax' as never, { enabled: true })), { status: 400 })
  t.strictSame(await client.guardian.policies.set(['all-applications']), ['all-applications'])
  t.strictSame(await client.guardian.policies.list(), ['all-applications'])
  t.match(await failure(client.guardian.policies.set(['x'] as never)), { status: 400 })
  const grant = await client.clientGrants.create({ client_id: 'app', audience: 'https://api.example.com', scope: [] })
  t.match(await client.clientGrants.get(grant.id!), { client_id: 'app' })
})

t.test('logs by query; exports with nested fields', async t => {
  const { tenant, client, wire } = await start(t, {
    users: [{ sub: 'auth0|a', email: 'a@example.com', appMetadata: { plan: 'pro', tags: ['x', 'y'] } }, {
      sub: 'auth0|b',
      email: 'b@example.com'
    }]
  })
  await wire.login({}, { user: 'b@example.com' })
  const logs = async (q: string): Promise<unknown[]> => await client.logs.list({ q } as never)
  t.match(await logs('type:s'), [{ user_id: 'auth0|b', user_name: 'b@example.com', client_id: 'app' }])
  t.strictSame(await logs('type:s AND user_name:a*'), [])
  await client.roles.create({ name: 'r' })
  t.match(await logs('type:sapi AND date:[2020-01-01 TO *]'), [{ description: 'Create a role' }])

  const { id = '' } = await client.jobs.usersExports.create({
    format: 'csv',
    fields: [{ name: 'email' }, { name: 'app_metadata.plan', export_as: 'plan' }, { name: 'app_metadata.tags' }]
  })
  await client.jobs.get(id)
  const { location = '' } = await client.jobs.get(id) as { location?: string }
  t.equal(await (await tenant.fetch(location)).text(),
    '"email","plan","app_metadata.tags"\n"a@example.com","pro","[""x"",""y""]"\n"b@example.com","",""\n')
})

t.test('searching: what exists, ranges, groups and escapes', async t => {
  const { client } = await start(t, {
    users: [
      { email: 'ada@example.com', name: 'Ada (L)', appMetadata: { age: 9, plan: 'pro' } },
      { email: 'alan@example.com', name: 'Alan', appMetadata: { age: 10 } },
      { email: 'grace@example.com', name: 'Grace', appMetadata: { age: 100, plan: null } }
    ]
  })
  const search = async (q: string): Promise<string> =>
    (await client.users.list({ q, search_engine: 'v3' })).map(({ email }) => email!.split('@')[0]).join(' ')
  for (
    const [query, found] of [
      ['_exists_:app_metadata.plan', 'ada'],
      ['-_exists_:app_metadata.plan', 'alan grace'],
      ['NOT _exists_:app_metadata.plan AND name:g*', 'grace'],
      ['_exists_:phone_number', ''],
      ['app_metadata.age:[9 TO 10]', 'ada alan'],
      ['app_metadata.age:{9 TO 100}', 'alan'],
      ['app_metadata.age:[9 TO 100}', 'ada alan'],
      ['app_metadata.age:{* TO 10]', 'ada alan'],
      ['app_metadata.age:>9', 'alan grace'],
      ['app_metadata.age:<=10', 'ada alan'],
      ['updated_at:{2020-01-01 TO *}', 'ada alan grace'],
      ['name:(alan OR grace)', 'alan grace'],
      ['-name:(alan OR grace)', 'ada'],
      ['name:(alan OR grace) AND app_metadata.age:100', 'grace'],
      ['name:Ada\\ \\(L\\)', 'ada'],
      ['name:"ada (l)"', 'ada'],
      ['name:al\\*', '']
    ] as const
  ) t.equal(await search(query), found, query)
  for (const q of ['name:(a', 'name:()', '(', 'name:a))']) {
    t.match(await failure(search(q)), { status: 400, code: 'invalid_query_string' }, q)
  }
})

t.test('2,000 members are listed quickly', async t => {
  const users = Array.from({ length: 2000 },
    (_, i) => ({ sub: `auth0|${i}`, email: `u${i}@example.com`, name: `U ${i}` }))
  const members = users.map(({ sub, email }, i) => i % 2 === 0 ? sub : email)
  const { client } = await start(t, { users, organizations: [{ id: 'org_1', name: 'acme', members }] })
  await client.organizations.get('org_1')
  const before = process.cpuUsage()
  const found = await paginate(client.organizations.members.list, 'org_1', { take: 100 }).all()
  const { user, system } = process.cpuUsage(before)
  t.equal(found.length, 2000)
  t.match(found[1], { user_id: 'auth0|1', email: 'u1@example.com', name: 'U 1' })
  t.ok((user + system) / 1000 < 600, `${(user + system) / 1000} ms of CPU`)
})
