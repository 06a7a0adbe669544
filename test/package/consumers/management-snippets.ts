// What programs do with the Management API, in the ways of its reference. Compiled, never run: under `strict`, with
// and without `exactOptionalPropertyTypes`.
import {
  ApiError, ManagementClient, PaginationLimitError, RateLimitError, exportUsers, importUsers, paginate, rateLimitOf,
  waitForJob, type ImportProgress, type ListUsersQuery, type ManagementClientOptions, type Role, type TenantEvent,
  type User
} from 'fastify-auth0/management'

const domain = 'acme.eu.auth0.com'
const client = new ManagementClient({ domain, clientId: 'app', clientSecret: 'secret' })
/** Fields of a form: absent or a text. */
declare const form: { name?: string, picture?: string }

export const clients = {
  withOwnToken: () => new ManagementClient({ domain, token: async () => 'token' }),
  withKey: () => new ManagementClient({ domain, clientId: 'app', clientAssertionSigningKey: 'pem' }),
  withLimits (options: Partial<ManagementClientOptions>) {
    return new ManagementClient({
      domain,
      token: 'token',
      rateLimit: 'share',
      maxWait: 120,
      onWait: ({ until, waiting }) => console.log(new Date(until * 1000), waiting),
      retry: { retries: 2 },
      ...options
    })
  }
}

export const users = {
  async create () {
    const { user_id: id } = await client.users.create({
      connection: 'Username-Password-Authentication',
      email: 'ada@example.com',
      password: 'correct horse battery',
      app_metadata: { plan: 'pro', seats: 3 }
    })
    return id
  },
  rename: async (id: string) => await client.users.update(id, { name: 'Ada', nickname: 'ada' }),
  fromForm: async (id: string) => await client.users.update(id, { ...form }),
  block: async (id: string) => await client.users.update(id, { blocked: true }),
  withoutField: async (id: string) => await client.users.update(id, { user_metadata: { theme: null } }),
  locale: async (id: string): Promise<unknown> => (await client.users.get(id)).locale,
  someFields: async (id: string) => await client.users.get(id, { fields: 'email,name', include_fields: true }),
  async total (): Promise<number> {
    const { total, users } = await client.users.list({ q: 'blocked:true', include_totals: true })
    return total - users.length
  },
  async firstPage (query: ListUsersQuery): Promise<User[]> {
    return await client.users.list({ ...query, include_totals: false, per_page: 10 })
  },
  async all (): Promise<User[]> {
    return await paginate(client.users.list, { q: 'email:*@example.com', search_engine: 'v3' }).all()
  },
  async byPage (each: (users: User[]) => Promise<void>) {
    for await (const page of paginate(client.users.list, { per_page: 100 }).pages()) await each(page)
  },
  byAddress: async (email: string) => (await client.users.listUsersByEmail({ email })).map(({ user_id: id }) => id),
  resetPassword: async (id: string) => (await client.tickets.changePassword({ user_id: id, ttl_sec: 3600 })).ticket,
  verifyAddress: async (id: string) => await client.jobs.verificationEmail.create({ user_id: id }),
  logins: async (id: string) => (await client.users.logs.list(id, { per_page: 5 })).map(({ date, ip }) => [date, ip]),
  unlink: async (id: string) => await client.users.identities.delete(id, 'google-oauth2', '123'),
  endSessions: async (id: string) => {
    for await (const { id: session } of paginate(client.users.sessions.list, id)) {
      await client.sessions.revoke(session!)
    }
  },
  factors: async (id: string) =>
    (await paginate(client.users.authenticationMethods.list, id).all()).map(({ type, confirmed }) => ({
      type,
      confirmed
    })),
  unblock: async (identifier: string) => await client.userBlocks.deleteByIdentifier({ identifier }),
  remove: async (id: string, signal: AbortSignal) => await client.users.delete(id, { signal, timeout: 5 })
}

export const roles = {
  async named (name: string): Promise<Role | undefined> {
    return (await client.roles.list({ name_filter: name })).find(role => role.name === name)
  },
  create: async () => await client.roles.create({ name: 'editor', description: 'May write.' }),
  give: async (role: string, users: string[]) => await client.roles.users.assign(role, { users }),
  allow: async (role: string) =>
    await client.roles.permissions.add(role, {
      permissions: [{ resource_server_identifier: 'https://api.example.com', permission_name: 'write:items' }]
    }),
  holders: async (role: string) => await paginate(client.roles.users.list, role, { take: 100 }).all(),
  take: async (user: string, role: string) => await client.users.roles.delete(user, { roles: [role] })
}

export const organizations = {
  create: async () =>
    await client.organizations.create({
      name: 'acme',
      display_name: 'Acme',
      branding: { colors: { primary: '#0066cc', page_background: '#ffffff' } },
      enabled_connections: [{ connection_id: 'con_1', assign_membership_on_login: true }]
    }),
  invite: async (id: string, email: string) =>
    (await client.organizations.invitations.create(id, {
      inviter: { name: 'Ada' },
      invitee: { email },
      client_id: 'app',
      roles: ['rol_1']
    })).invitation_url,
  async members (id: string) {
    const names = []
    for await (const { name, roles } of paginate(client.organizations.members.list, id, { fields: 'name,roles' })) {
      names.push([name, roles?.map(({ name }) => name)])
    }
    return names
  },
  promote: async (id: string, user: string) => {
    await client.organizations.members.roles.assign(id, user, { roles: ['rol_1'] })
  },
  connect: async (id: string) => await client.organizations.enabledConnections.add(id, { connection_id: 'con_1' }),
  plan: async (id: string) => await client.organizations.update(id, { metadata: { plan: 'pro' } })
}

export const applications = {
  create: async () =>
    await client.clients.create({
      name: 'Shop',
      app_type: 'regular_web',
      callbacks: ['https://shop.example.com/auth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', token_lifetime: 86_400 }
    }),
  withoutRotation: async (id: string) =>
    await client.clients.update(id, { refresh_token: null, default_organization: null }),
  newSecret: async (id: string) => (await client.clients.rotateSecret(id)).client_secret,
  names: async () =>
    (await paginate(client.clients.list, { is_global: false, fields: 'name' }).all()).map(({ name }) => name),
  addKey: async (id: string, pem: string) =>
    await client.clients.credentials.create(id, { credential_type: 'public_key', pem, alg: 'RS256' }),
  grant: async (id: string) =>
    await client.clientGrants.create({ client_id: id, audience: 'https://api.example.com', scope: ['read:items'] })
}

export const apis = {
  create: async () =>
    await client.resourceServers.create({
      identifier: 'https://api.example.com',
      signing_alg: 'RS256',
      scopes: [{ value: 'read:items', description: 'Read items' }],
      enforce_policies: true,
      token_dialect: 'access_token_authz'
    }),
  withoutEncryption: async (id: string) => await client.resourceServers.update(id, { token_encryption: null }),
  scopes: async (id: string) => (await client.resourceServers.get(id)).scopes?.map(({ value }) => value)
}

export const connections = {
  database: async () =>
    await client.connections.create({
      name: 'staff',
      strategy: 'auth0',
      options: { disable_signup: true, brute_force_protection: true }
    }),
  async requireMfa (id: string) {
    const { options } = await client.connections.get(id)
    await client.connections.update(id, { options: { ...options, mfa: { active: true } } })
  },
  enterprise: async () => (await client.connections.list({ strategy: ['oidc', 'samlp'] })).map(({ name }) => name),
  enable: async (id: string) => await client.connections.clients.update(id, [{ client_id: 'app', status: true }]),
  removeUser: async (id: string, email: string) => await client.connections.users.deleteByEmail(id, { email })
}

export const tenant = {
  settings: async () => await client.tenants.settings.update({ error_page: null, session_lifetime: 72 }),
  colors: async () => await client.branding.update({ colors: null }),
  loginPage: async (template: string) => await client.branding.templates.updateUniversalLogin({ template }),
  texts: async () => await client.prompts.customText.set('login', 'en', { login: { title: 'Welcome' } }),
  domains: async () => (await client.customDomains.list()).filter(({ status }) => status === 'ready'),
  deployAction: async () => {
    const { id } = await client.actions.create({
      name: 'Add roles',
      supported_triggers: [{ id: 'post-login', version: 'v3' }],
      code: 'exports.onExecutePostLogin = async () => {}'
    })
    await client.actions.deploy(id!)
    await client.actions.triggers.bindings.updateMany('post-login', {
      bindings: [{ ref: { type: 'action_id', value: id! }, display_name: 'Add roles' }]
    })
  },
  bruteForce: async () => await client.attackProtection.bruteForceProtection.update({ enabled: true, max_attempts: 5 }),
  stream: async () =>
    await client.logStreams.create({
      name: 'webhook',
      type: 'http',
      sink: { httpEndpoint: 'https://logs.example.com', httpContentFormat: 'JSONLINES' }
    }),
  activeUsers: async (): Promise<number> => await client.stats.getActiveUsersCount()
}

export const logs = {
  failures: async () => await client.logs.list({ q: 'type:f', sort: 'date:-1', per_page: 100 }),
  async after (id: string) {
    for await (const { log_id: log, type } of paginate(client.logs.list, { from: id, take: 100 })) {
      console.log(log, type)
    }
  }
}

export const jobs = {
  import: async (resume?: ImportProgress) =>
    await importUsers(client, {
      file: 'users.ndjson',
      connectionId: 'con_1',
      onProgress: ({ users, jobs, errors }) => console.log(users, jobs, errors),
      ...(resume !== undefined && { resume })
    }),
  async export () {
    for await (const { email } of exportUsers(client, { fields: ['email', 'app_metadata.plan'] })) console.log(email)
  },
  async byHand () {
    const job = await client.jobs.usersExports.create({ format: 'csv', fields: [{ name: 'email', export_as: 'mail' }] })
    const { location } = await waitForJob(client, job, { onProgress: ({ percentage_done: done }) => console.log(done) })
    return location
  }
}

export const events = {
  async follow (from: string | undefined, save: (offset: string) => void) {
    const query = from === undefined ? {} : { from }
    for await (const message of client.events.subscribe({ ...query, event_type: ['user.created'] })) {
      if (message.type === 'user.created') console.log(message.event?.data)
      save(message.offset)
    }
  },
  kind: ({ type }: TenantEvent): string => type
}

export const answers = {
  async orUndefined (id: string): Promise<User | undefined> {
    try {
      return await client.users.get(id)
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  },
  explain (error: unknown): string {
    if (error instanceof RateLimitError) return `Wait ${error.retryAfter ?? 0} s.`
    if (error instanceof PaginationLimitError) return 'More than 1,000.'
    return error instanceof ApiError ? `${error.call}: ${error.code}` : String(error)
  },
  remaining: async (id: string): Promise<number | undefined> => rateLimitOf(await client.users.get(id))?.remaining
}
