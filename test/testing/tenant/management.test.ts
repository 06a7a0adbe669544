import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { ManagementClient, paginate, waitForJob } from '../../../lib/management/index.js'
import { createTenant, type Tenant, type TenantOptions } from '../../../lib/testing/index.js'
import { failure } from '../../management/scripted.js'
import { redirectUri, Wire, codeVerifier } from './wire.js'

const machine = { clientId: 'm2m', clientSecret: 'machine secret' }
const password = 'correct horse battery'

async function start (t: Test, options: TenantOptions = {}): Promise<{ tenant: Tenant, client: ManagementClient }> {
  const tenant = await createTenant({
    issuer: 'https://acme.eu.auth0.com/',
    clients: [machine, { clientId: 'app', clientSecret: 'app-secret' }],
    ...options
  })
  t.teardown(() => tenant.close())
  return {
    tenant,
    client: new ManagementClient({ domain: tenant.domain, customFetch: tenant.fetch, retry: false, ...machine })
  }
}

t.test('access tokens', async t => {
  const { tenant, client } = await start(t, {
    clients: [{ ...machine, clientGrants: { 'https://acme.eu.auth0.com/api/v2/': ['read:users'] } }, {
      clientId: 'app',
      clientSecret: 'app-secret'
    }]
  })
  t.match(await client.users.list(), [{ email: 'ada@example.com' }, {}, {}])
  t.match(await failure(client.users.create({ connection: 'Username-Password-Authentication' })), {
    status: 403,
    code: 'insufficient_scope',
    message: 'Insufficient scope, expected any of: create:users'
  })
  const none = await start(t, { clients: [{ ...machine, clientGrants: { 'https://acme.eu.auth0.com/api/v2/': [] } }] })
  t.match(await failure(none.client.users.list()), { status: 403, code: 'insufficient_scope' })
  const wire = new Wire(tenant)
  t.match(await wire.send('GET', '/api/v2/users'), {
    status: 401,
    body: { statusCode: 401, error: 'Unauthorized', message: 'Missing authentication' }
  })
  const { body: { access_token: forApi } } = await wire.send('POST', '/oauth/token',
    new URLSearchParams({
      grant_type: 'client_credentials',
      audience: 'https://api.example.com',
      client_id: 'app',
      client_secret: 'app-secret'
    }).toString())
  for (const token of ['nonsense', forApi]) {
    t.match(await wire.send('GET', '/api/v2/users', undefined, { authorization: `Bearer ${token}` }), {
      status: 401,
      body: { message: 'Invalid token' }
    })
  }
  let now = 1_800_000_000
  const late = await start(t, { now: () => now })
  let asked = 0
  const given = new ManagementClient({
    domain: late.tenant.domain,
    customFetch: late.tenant.fetch,
    retry: false,
    token: async () => {
      asked++
      const { body } = await new Wire(late.tenant).send('POST', '/oauth/token',
        new URLSearchParams({
          grant_type: 'client_credentials',
          audience: `${late.tenant.issuer}api/v2/`,
          client_id: 'm2m',
          client_secret: machine.clientSecret
        }).toString())
      now += 100_000
      return String(body.access_token)
    }
  })
  t.match(await failure(given.users.list()), {
    status: 401,
    message: 'Expired token received for JSON Web Token validation'
  })
  t.equal(asked, 2)
})

t.test('users: whom the API adds can log in, until it takes them away', async t => {
  const { tenant, client } = await start(t)
  const user = await client.users.create({
    connection: 'Username-Password-Authentication',
    email: 'new@example.com',
    password,
    name: 'New One',
    user_metadata: { theme: 'dark', size: 1 },
    app_metadata: { plan: 'pro' }
  })
  t.match(user, {
    user_id: /^auth0\|[0-9a-f]{24}$/,
    email: 'new@example.com',
    email_verified: false,
    identities: [{ provider: 'auth0', connection: 'Username-Password-Authentication', isSocial: false }],
    app_metadata: { plan: 'pro' }
  })
  const id = user.user_id!
  const wire = new Wire(tenant)
  const login = (): Promise<string> =>
    tenant.login({ authorizationUrl: wire.authorizationUrl(), user: 'new@example.com', password })
  t.ok(new URL(await login()).searchParams.has('code'))
  t.match(
    await client.users.update(id, {
      blocked: true,
      nickname: 'neo',
      user_metadata: { size: null, font: 'big' } as never
    }),
    { blocked: true, nickname: 'neo', user_metadata: { theme: 'dark', font: 'big' } }
  )
  t.notOk('size' in (await client.users.get(id)).user_metadata!)
  t.equal(new URL(await login()).searchParams.get('error'), 'access_denied')
  await client.users.update(id,
    { blocked: false, password: 'another horse battery', given_name: 'N', something_else: { a: 1 } } as never)
  t.match(await client.users.get(id), { blocked: false, given_name: 'N', something_else: { a: 1 } })
  await client.users.update(id, { given_name: null } as never)
  t.notOk('given_name' in await client.users.get(id))
  t.strictSame(await client.users.get(id, { fields: 'email,name' }), { email: 'new@example.com', name: 'New One' })
  t.notOk('email' in await client.users.get(id, { fields: 'email', include_fields: false }))
  t.match(await client.users.listUsersByEmail({ email: 'new@example.com' }), [{ user_id: id }])
  t.strictSame(await client.users.listUsersByEmail({ email: 'nobody@example.com' }), [])
  await client.users.update(id, { app_metadata: null } as never)
  t.notOk('app_metadata' in await client.users.get(id))
  await client.users.delete(id)
  await client.users.delete(id)
  t.match(await failure(client.users.get(id)), { status: 404, code: 'inexistent_user' })
  await t.rejects(login())

  const refused: [object, object][] = [
    [{ connection: 'Username-Password-Authentication', email: 'ada@example.com', password }, {
      status: 409,
      code: 'auth0_idp_error'
    }],
    [{ connection: 'Username-Password-Authentication', email: 'x@example.com' }, {
      status: 400,
      code: 'invalid_body',
      message: /password/
    }],
    [{ connection: 'Username-Password-Authentication', password }, { status: 400, message: /email/ }],
    [{ connection: 'nowhere', email: 'x@example.com', password }, { status: 400, code: 'inexistent_connection' }],
    [{ email: 'x@example.com', password }, { status: 400, message: /connection/ }]
  ]
  for (const [body, expected] of refused) t.match(await failure(client.users.create(body as never)), expected)
  t.match(
    await client.users.create({
      connection: 'Username-Password-Authentication',
      username: 'xeno',
      password,
      user_id: 'own-id'
    }),
    { user_id: 'auth0|own-id', username: 'xeno' }
  )
  t.match(
    await failure(
      client.users.create({
        connection: 'Username-Password-Authentication',
        username: 'other',
        password,
        user_id: 'own-id'
      })
    ),
    { status: 409 }
  )
  t.match(await client.users.create({ connection: 'google-oauth2', email: 'g@example.com' }), {
    user_id: /^google-oauth2\|/,
    identities: [{ provider: 'google-oauth2', isSocial: true }]
  })
})

t.test('a user who linked an account', async t => {
  const { client } = await start(t, {
    users: [{ sub: 'auth0|1', email: 'a@example.com', identities: [{ connection: 'github', userId: '7' }] }]
  })
  t.match(await client.users.get('auth0|1'), {
    identities: [{ user_id: '1' }, { connection: 'github', provider: 'github', user_id: '7', isSocial: true }]
  })
})

t.test('searching', async t => {
  const { client } = await start(t, {
    users: [
      { email: 'ada@example.com', name: 'Ada Lovelace', appMetadata: { plan: 'pro', tags: [{ id: 'x' }] } },
      { email: 'alan@example.org', name: 'Alan Turing', appMetadata: { plan: 'free' } },
      { email: 'grace@example.com', name: 'Grace Hopper', blocked: true }
    ]
  })
  const search = async (q: string): Promise<string> =>
    (await client.users.list({ q, search_engine: 'v3' })).map(({ email }) => email!.split('@')[0]).join(' ')
  t.equal(await search('email:"ada@example.com"'), 'ada')
  t.equal(await search('email:*@EXAMPLE.com'), 'ada grace')
  t.equal(await search('email:*@example.com AND name:grace*'), 'grace')
  t.equal(await search('name:"Alan Turing" OR app_metadata.plan:pro'), 'ada alan')
  t.equal(await search('email:*@example.com -blocked:true'), 'ada')
  t.equal(await search('NOT app_metadata.plan:*'), 'grace')
  t.equal(await search('(name:ada* OR name:alan*) AND email:*.org'), 'alan')
  t.equal(await search('app_metadata.tags.id:x'), 'ada')
  t.equal(await search('"Grace Hopper"'), 'grace')
  t.equal(await search('email:[a TO b]'), 'ada alan')
  t.equal(await search('updated_at:[2020-01-01 TO *] AND email:[* TO b]'), 'ada alan')
  t.equal(await search('name:a.a*'), '', 'a dot is a dot')
  for (const q of ['(name:a', 'name:a)', 'AND', 'name:a OR', '"', '']) {
    t.match(await failure(search(q)), { status: 400, code: 'invalid_query_string' }, q)
  }
  t.strictSame((await client.users.list({ sort: 'email:-1' })).map(({ email }) => email![0]), ['g', 'a', 'a'])
  t.equal((await client.users.list({ sort: 'phone_number:1' })).length, 3)
  t.match(await client.users.list({ sort: 'nickname:1', fields: 'email', per_page: 1, page: 1, include_totals: true }),
    { start: 1, limit: 1, length: 1, total: 3, users: [{ email: 'alan@example.org' }] })
})

t.test('paging stops at 1,000', async t => {
  const { client } = await start(t, {
    users: Array.from({ length: 1100 }, (_, i) => ({ sub: `auth0|${i}`, email: `u${i}@example.com` }))
  })
  t.equal((await client.users.list({ page: 9, per_page: 100 })).length, 100)
  t.match(await failure(client.users.list({ page: 10, per_page: 100 })), {
    status: 400,
    code: 'invalid_paging',
    message: /first 1000 records/
  })
  t.match(await failure(client.users.list({ per_page: 101 })), { status: 400, code: 'invalid_query_string' })
  t.match(await failure(client.users.list({ per_page: 'x' } as never)), { status: 400, code: 'invalid_query_string' })
  let count = 0
  t.match(await failure((async () => {
    for await (const user of paginate(client.users.list)) count += Number('email' in user)
  })()), { code: 'pagination_limit' })
  t.equal(count, 1000)

  for (let i = 0; i < 130; i++) await client.organizations.create({ name: `org-${i}` })
  t.equal((await paginate(client.organizations.list).all()).length, 130)
  const first = await client.organizations.list({ take: 100 })
  t.match(first, { organizations: { length: 100 }, next: String })
  t.match(await client.organizations.list({ from: first.next! }), { organizations: { length: 30 }, next: undefined })
  for (const from of ['x', Buffer.from('at 999').toString('base64url')]) {
    t.match(await failure(client.organizations.list({ from })), { status: 400 })
  }
})

t.test('roles', async t => {
  const { client } = await start(t)
  const [ada, alan] = (await client.users.list()).map(({ user_id }) => user_id!)
  const editor = await client.roles.create({ name: 'Editor', description: 'edits' })
  t.match(editor, { id: /^rol_/, name: 'Editor', description: 'edits' })
  const admin = await client.roles.create({ name: 'Admin' })
  t.match(await failure(client.roles.create({ name: 'Admin' })), { status: 409 })
  t.match(await client.roles.list({ name_filter: 'edi' }), [{ id: editor.id }])
  t.equal((await client.roles.list()).length, 2)
  t.match(await client.roles.update(editor.id!, { description: 'edits all' }), { description: 'edits all' })
  t.match(await client.roles.get(editor.id!), { description: 'edits all' })
  await client.users.roles.assign(ada!, { roles: [editor.id!, admin.id!] })
  await client.roles.users.assign(admin.id!, { users: [alan!] })
  t.strictSame((await client.users.roles.list(ada!)).map(({ name }) => name), ['Editor', 'Admin'])
  t.strictSame((await paginate(client.roles.users.list, admin.id!).all()).map(({ user_id }) => user_id), [ada, alan])
  await client.users.roles.delete(ada!, { roles: [admin.id!] })
  t.strictSame((await client.users.roles.list(ada!)).map(({ name }) => name), ['Editor'])
  await client.users.roles.delete(alan!, { roles: [editor.id!] })
  const [read, write] = ['read:items', 'write:items'].map(permission_name => ({
    permission_name,
    resource_server_identifier: 'https://api.example.com'
  }))
  await client.roles.permissions.add(editor.id!, { permissions: [read!, write!] })
  await client.roles.permissions.add(editor.id!, { permissions: [read!] })
  t.strictSame((await client.roles.permissions.list(editor.id!)).map(({ permission_name }) => permission_name), [
    'write:items',
    'read:items'
  ])
  await client.roles.permissions.delete(editor.id!, { permissions: [write!] })
  t.equal((await client.roles.permissions.list(editor.id!)).length, 1)
  await client.roles.delete(editor.id!)
  t.match(await failure(client.roles.get(editor.id!)), { status: 404, code: 'inexistent_role' })
  for (
    const wrong of [
      client.users.roles.assign(ada!, { roles: ['rol_none'] }),
      client.users.roles.list('auth0|none'),
      client.roles.users.assign(admin.id!, { users: ['auth0|none'] })
    ]
  ) t.match(await failure(wrong), { status: 404 })
  for (
    const wrong of [
      client.users.roles.assign(ada!, { roles: [] }),
      client.roles.create({} as never),
      client.roles.permissions.add(admin.id!, { permissions: [{}] as never })
    ]
  ) t.match(await failure(wrong), { status: 400, code: 'invalid_body' })
})

t.test('organizations, their members and invitations', async t => {
  const { tenant, client } = await start(t, {
    organizations: [{ id: 'org_old', name: 'Old', members: ['ada@example.com'] }]
  })
  const [ada, alan] = tenant.users.map(({ sub }) => sub)
  const acme = await client.organizations.create({
    name: 'acme',
    display_name: 'Acme Corp',
    metadata: { tier: 'gold' }
  })
  const id = acme.id!
  t.match(acme, { id: /^org_/, name: 'acme', display_name: 'Acme Corp', metadata: { tier: 'gold' } })
  t.match(await failure(client.organizations.create({ name: 'acme' })), { status: 409 })
  t.match(await failure(client.organizations.create({ name: 'No Good' })), { status: 400 })
  t.match(await client.organizations.getByName('ACME'), { id })
  t.match(await failure(client.organizations.getByName('none')), { status: 404, code: 'inexistent_organization' })
  t.match(await client.organizations.update(id, { name: 'acme', display_name: 'Acme' }), {
    display_name: 'Acme',
    metadata: { tier: 'gold' }
  })
  t.match(await client.organizations.update(id, { metadata: { tier: 'free' } }), { metadata: { tier: 'free' } })
  t.match(await client.organizations.get(id), { name: 'acme' })

  const connection = (await client.connections.list({ strategy: 'auth0' }))[0]!
  t.match(
    await client.organizations.enabledConnections.add(id, {
      connection_id: connection.id!,
      assign_membership_on_login: true
    }),
    { connection_id: connection.id, assign_membership_on_login: true }
  )
  t.match(await client.organizations.enabledConnections.list(id), [{ connection_id: connection.id }])
  t.match(await failure(client.organizations.enabledConnections.add(id, { connection_id: 'con_none' })), {
    status: 404
  })

  await client.organizations.members.create(id, { members: [ada!, ada!] })
  await client.organizations.members.create(id, { members: [ada!] })
  t.match(await client.organizations.members.list(id), [{ user_id: ada, email: 'ada@example.com' }])
  t.strictSame((await client.users.organizations.list(ada!)).map(({ name }) => name), ['Old', 'acme'])
  const role = await client.roles.create({ name: 'Owner' })
  await client.organizations.members.roles.assign(id, ada!, { roles: [role.id!] })
  t.match(await client.organizations.members.roles.list(id, ada!), [{ name: 'Owner' }])
  t.strictSame(await client.users.roles.list(ada!), [], 'a role in an organization is none outside of it')
  await client.organizations.members.roles.delete(id, ada!, { roles: [role.id!] })
  t.strictSame(await client.organizations.members.roles.list(id, ada!), [])
  for (const stranger of [alan!, 'auth0|none']) {
    t.match(await failure(client.organizations.members.roles.list(id, stranger)), {
      status: 404,
      code: 'inexistent_member'
    })
  }

  const invite = { inviter: { name: 'Ada' }, invitee: { email: 'alan@example.com' }, client_id: 'app' }
  t.match(await failure(client.organizations.invitations.create(id, invite)), {
    status: 400,
    message: /default login route/
  })
  await client.clients.update('app', { initiate_login_uri: 'https://app.example.com/auth/login' })
  const invitation = await client.organizations.invitations.create(id, invite)
  const url = new URL(invitation.invitation_url!)
  t.strictSame(Object.fromEntries(url.searchParams), {
    invitation: invitation.ticket_id,
    organization: id,
    organization_name: 'acme'
  })
  t.match(tenant.mailbox.at(-1), { to: 'alan@example.com', link: url.href, text: /^Ada invited you to Acme: / })
  t.match(await client.organizations.invitations.get(id, invitation.id!), { id: invitation.id })
  const wire = new Wire(tenant)
  const callback = await tenant.login({
    authorizationUrl: wire.authorizationUrl({ organization: id, invitation: invitation.ticket_id! }),
    user: 'alan@example.com'
  })
  t.ok(new URL(callback).searchParams.has('code'))
  t.strictSame((await client.organizations.members.list(id)).map(({ user_id }) => user_id), [ada, alan],
    'who accepted is a member')
  t.strictSame(await client.organizations.invitations.list(id), [], 'and the invitation is used')
  const plain = await client.organizations.create({ name: 'plain' })
  await client.organizations.members.delete(plain.id!, { members: [ada!] })
  await client.organizations.invitations.create(plain.id!, invite)
  t.match(tenant.mailbox.pop()!.text, /^Ada invited you to plain: /)
  const silent = await client.organizations.invitations.create(id, {
    ...invite,
    send_invitation_email: false,
    ttl_sec: 60
  })
  t.equal(tenant.mailbox.length, 1)
  t.match(await client.organizations.invitations.list(id, { include_totals: true }), {
    start: 0,
    limit: 50,
    invitations: [{ id: silent.id }]
  })
  await client.organizations.invitations.delete(id, silent.id!)
  t.match(await failure(client.organizations.invitations.get(id, silent.id!)), { status: 404 })
  for (
    const [body, expected] of [[{ ...invite, inviter: {} }, { status: 400 }], [{ ...invite, invitee: {} }, {
      status: 400
    }], [{ ...invite, client_id: 'none' }, { status: 404 }]] as const
  ) {
    t.match(await failure(client.organizations.invitations.create(id, body as never)), expected)
  }
  await client.organizations.members.delete('org_old', { members: [ada!] })
  t.strictSame(await client.organizations.members.list('org_old'), [])
  await client.organizations.members.create('org_old', { members: [alan!] })
  await client.organizations.members.delete('org_old', { members: [alan!, 'auth0|none'] })
  await client.organizations.delete(id)
  t.match(await failure(client.organizations.get(id)), { status: 404 })
})

t.test('connections', async t => {
  const { client } = await start(t)
  const connections = await client.connections.list()
  t.strictSame(connections.map(({ name }) => name), ['Username-Password-Authentication', 'google-oauth2', 'github'])
  t.match(await client.connections.list({ name: 'github' }), [{ strategy: 'github' }])
  t.match(await client.connections.list({ strategy: ['auth0', 'github'] }), [{ strategy: 'auth0' }, {
    strategy: 'github'
  }])
  const [database] = connections
  t.match(
    await client.connections.update(database!.id!, {
      display_name: 'Passwords',
      options: { brute_force_protection: true }
    }),
    { display_name: 'Passwords' }
  )
  t.match(await client.connections.get(database!.id!, { fields: 'name,options' }), {
    name: 'Username-Password-Authentication',
    options: { brute_force_protection: true }
  })
  t.match(await failure(client.connections.update(database!.id!, { name: 'x' } as never)), { status: 400 })
  const created = await client.connections.create({
    name: 'corp',
    strategy: 'oidc',
    options: { client_id: 'x' } as never
  })
  t.match(await client.connections.get(created.id!), { name: 'corp', strategy: 'oidc', options: { client_id: 'x' } })
  t.match(await failure(client.connections.create({ name: 'corp', strategy: 'oidc' })), { status: 409 })
  await client.connections.delete(created.id!)
  await client.connections.delete(created.id!)
  t.match(await failure(client.connections.get(created.id!)), { status: 404, code: 'inexistent_connection' })
})

t.test('applications and grants', async t => {
  const { tenant, client } = await start(t)
  t.strictSame((await paginate(client.clients.list).all()).map(({ client_id }) => client_id), ['m2m', 'app'])
  const made = await client.clients.create({ name: 'Made', callbacks: [redirectUri], app_type: 'regular_web' })
  t.match(made, {
    client_id: String,
    client_secret: String,
    name: 'Made',
    callbacks: [redirectUri],
    app_type: 'regular_web'
  })
  t.notOk('client_secret' in await client.clients.create({ name: 'Public', token_endpoint_auth_method: 'none' }))
  const rotated = await client.clients.rotateSecret(made.client_id!)
  t.not(rotated.client_secret, made.client_secret)
  const wire = new Wire(tenant, { client_id: made.client_id!, client_secret: rotated.client_secret! })
  const url = new URL(await tenant.login({ authorizationUrl: wire.authorizationUrl() }))
  const token = (form: Record<string, string>) =>
    wire.send('POST', '/oauth/token', new URLSearchParams({ ...form, ...wire.credentials }).toString())
  t.match(
    await token({
      grant_type: 'authorization_code',
      code: url.searchParams.get('code')!,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier
    }),
    { status: 200 },
    'with the new secret'
  )
  t.match(await client.clients.update(made.client_id!, { name: 'Renamed' }), { name: 'Renamed' })
  t.match(await client.clients.get(made.client_id!, { fields: 'name' }), { name: 'Renamed' })

  const sub = tenant.users[0]!.sub
  const [grant] = await client.userGrants.list({ user_id: sub })
  t.match(grant, { id: String, user_id: sub, clientID: made.client_id })
  t.strictSame(await client.userGrants.list({ client_id: 'none' }), [])
  await client.userGrants.delete(grant!.id!)
  t.strictSame(await client.userGrants.list(), [])
  await tenant.login({ authorizationUrl: wire.authorizationUrl() })
  t.match(await failure(client.userGrants.deleteByUserId({} as never)), { status: 400 })
  await client.userGrants.deleteByUserId({ user_id: sub })
  t.strictSame(await client.userGrants.list(), [])

  const audience = 'https://api.example.com'
  const clientGrant = await client.clientGrants.create({ client_id: made.client_id!, audience, scope: ['read:items'] })
  t.match(await token({ grant_type: 'client_credentials', audience }), { body: { scope: 'read:items' } })
  t.match(await failure(client.clientGrants.create({ client_id: made.client_id!, audience, scope: [] })), {
    status: 409
  })
  t.match(await client.clientGrants.update(clientGrant.id!, { scope: ['write:items'] }), { scope: ['write:items'] })
  t.match(await token({ grant_type: 'client_credentials', audience }), { body: { scope: 'write:items' } })
  t.match(await client.clientGrants.list({ client_id: made.client_id!, audience }), [{
    id: clientGrant.id,
    scope: ['write:items']
  }])
  t.strictSame(await client.clientGrants.list({ audience: 'https://none.example' }), [])
  await client.clientGrants.delete(clientGrant.id!)
  t.match(await token({ grant_type: 'client_credentials', audience }), { status: 403 })
  t.match(await failure(client.clientGrants.delete(clientGrant.id!)), { status: 404 })
  t.match(await failure(client.clientGrants.create({ client_id: 'none', audience, scope: [] })), { status: 404 })
  t.match(await failure(client.clientGrants.create({ client_id: 'app', audience, scope: 'x' } as never)), {
    status: 400
  })
  t.match(await client.clientGrants.create({ client_id: 'app', audience }), { scope: [] })
  await client.clients.delete(made.client_id!)
  await client.clients.delete(made.client_id!)
  t.match(await failure(client.clients.get(made.client_id!)), { status: 404, code: 'inexistent_client' })
})

t.test('tickets', async t => {
  let now = 1_800_000_000
  const { tenant, client } = await start(t, {
    now: () => now,
    users: [{ email: 'ada@example.com', emailVerified: false }]
  })
  const [user] = tenant.users
  const wire = new Wire(tenant)
  const follow = async ({ ticket }: { ticket: string }, method = 'GET', body?: string): Promise<number> =>
    (await wire.send(method, ticket.slice(tenant.url.length), body)).status
  const verify = await client.tickets.verifyEmail({ user_id: user!.sub })
  t.equal(await follow(verify), 200)
  t.equal(user!.emailVerified, true)
  t.equal(await follow(verify), 400, 'once')
  t.equal(
    await follow(await client.tickets.verifyEmail({ user_id: user!.sub, result_url: 'https://app.example.com/' })),
    302
  )
  const short = await client.tickets.verifyEmail({ user_id: user!.sub, ttl_sec: 10 })
  now += 10
  t.equal(await follow(short), 400, 'in time')
  const change = await client.tickets.changePassword({ email: 'ada@example.com', connection_id: 'con_1' })
  t.equal(await follow(change), 200)
  t.equal(await follow(change, 'POST', 'password=another+horse'), 200)
  t.equal(user!.password, 'another horse')
  t.match(await failure(client.tickets.changePassword({ email: 'none@example.com' })), { status: 404 })
  t.match(await failure(client.tickets.changePassword({ user_id: 'none' })), { status: 404 })
})

t.test('jobs', async t => {
  const { tenant, client } = await start(t)
  const [database] = await client.connections.list()
  const connection_id = database!.id!
  const file = `${t.testdir()}/users.json`
  writeFileSync(file,
    JSON.stringify([{ email: 'one@example.com', name: 'One' }, { email: 'ada@example.com', nickname: 'countess' }]))
  const percentages: unknown[] = []
  const done = await waitForJob(client,
    await client.jobs.usersImports.create({ users: file, connection_id, external_id: 'mine' }), {
      interval: 0.01,
      onProgress: ({ percentage_done }) => percentages.push(percentage_done)
    })
  t.match(done, { status: 'completed', external_id: 'mine', summary: { total: 2, inserted: 1, updated: 0, failed: 1 } })
  t.strictSame(percentages, [50, 100])
  t.match(await client.jobs.errors.get(done.id), [{
    user: { email: 'ada@example.com' },
    errors: [{ code: 'auth0_idp_error' }]
  }])
  t.match(tenant.users.at(-1), { email: 'one@example.com', name: 'One' })
  const updated = await waitForJob(client,
    await client.jobs.usersImports.create({ users: file, connection_id, upsert: true }), { interval: 0.01 })
  t.match(updated.summary, { updated: 2, failed: 0 })
  t.equal(tenant.users[0]!.nickname, 'countess')
  t.equal(await client.jobs.errors.get(updated.id), undefined)
  for (const users of ['nonsense', '{}', '[7]']) {
    t.match(await failure(client.jobs.usersImports.create({ users: Buffer.from(users), connection_id })), {
      status: 400
    })
  }
  t.match(await failure(client.jobs.usersImports.create({ users: Buffer.alloc(600_000, ' '), connection_id })), {
    status: 413
  })
  t.match(await failure(client.jobs.usersImports.create({ users: Buffer.from('[]'), connection_id: 'con_none' })), {
    status: 400
  })

  for (
    const [body, expected] of [
      [undefined, `{"user_id":"${tenant.users[0]!.sub}","email":"ada@example.com","name":"Ada Lovelace"}`],
      [{ format: 'json', fields: [{ name: 'email', export_as: 'mail' }], limit: 1 }, '{"mail":"ada@example.com"}'],
      [{ format: 'csv', fields: [{ name: 'email', export_as: 'mail' }, { name: 'none' }] },
        '"mail","none"\n"ada@example.com",""']
    ] as const
  ) {
    const { location } = await waitForJob(client, await client.jobs.usersExports.create(body as never), {
      interval: 0.01
    })
    const text = await (await tenant.fetch(location!)).text()
    t.ok(text.startsWith(`${expected}\n`), text)
  }
  t.equal((await tenant.fetch(`${tenant.issuer}exports/none`)).status, 404)

  const sent = await client.jobs.verificationEmail.create({ user_id: tenant.users[0]!.sub })
  t.match(await waitForJob(client, sent, { interval: 0.01 }), { type: 'verification_email' })
  t.match(tenant.mailbox.at(-1), { to: 'ada@example.com', link: /email-verification/ })
  t.match(await failure(client.jobs.get('job_none')), { status: 404, code: 'inexistent_job' })
  const wire = new Wire(tenant)
  const { body: { access_token: token } } = await wire.send('POST', '/oauth/token',
    new URLSearchParams({
      grant_type: 'client_credentials',
      audience: `${tenant.issuer}api/v2/`,
      client_id: 'm2m',
      client_secret: machine.clientSecret
    }).toString())
  const upload = (type: Record<string, string>, body?: string) =>
    wire.send('POST', '/api/v2/jobs/users-imports', body, { authorization: `Bearer ${token}`, ...type })
  t.match(await upload({}), { status: 400, body: { message: /multipart/ } })
  const type = { 'content-type': 'multipart/form-data; boundary=x' }
  t.match(await upload(type, '--x\r\n\r\nnothing\r\n--x--\r\n'), {
    status: 400,
    body: { errorCode: 'inexistent_connection' }
  })
  t.match(
    await upload(type,
      `--x\r\ncontent-disposition: form-data; name="connection_id"\r\n\r\n${connection_id}\r\n--x--\r\n`),
    { status: 400, body: { message: /JSON/ } }
  )
})

t.test('logs', async t => {
  const { tenant, client } = await start(t)
  for (let i = 0; i < 5; i++) await client.roles.create({ name: `r${i}` })
  await tenant.login({ authorizationUrl: new Wire(tenant).authorizationUrl() })
  const logs = await client.logs.list()
  t.match(logs[0], { type: 's', user_id: tenant.users[0]!.sub, client_id: 'app' }, 'the newest first')
  t.match(logs[5], { type: 'sapi', description: 'Create a role', client_id: 'm2m' })
  t.match(await client.logs.get(logs[5]!.log_id!), { log_id: logs[5]!.log_id })
  t.match(await failure(client.logs.get('none')), { status: 404 })
  t.strictSame(
    (await paginate(client.logs.list, { from: logs[5]!.log_id!, take: 2 }).all()).map(({ log_id }) => log_id),
    logs.slice(0, 5).reverse().map(({ log_id }) => log_id),
    'after a log, the oldest first'
  )
  t.equal((await client.logs.list({ from: logs[5]!.log_id! })).length, 5)
  t.match(await failure(client.logs.list({ from: 'none' })), { status: 400 })
  t.match(await client.users.logs.list(tenant.users[0]!.sub, { include_totals: true }), {
    total: 1,
    logs: [{ type: 's' }]
  })
  const { sub, email } = tenant.users[0]!
  await client.users.delete(sub!)
  const deleted = { type: 'sdu', user_id: sub, user_name: email, client_id: 'm2m' }
  t.match(await client.logs.list({ q: 'type:sdu' }), [deleted])
  await client.users.delete(sub!)
  t.equal((await client.logs.list({ q: 'type:sdu' })).length, 1, 'who is not there is not deleted')
})
