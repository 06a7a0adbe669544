import { describe, expect, test } from 'tstyche'
import { CLIENT_OPTIONS } from '../lib/base/client-options.js'
import type {
  AuthenticationClientOptions, MyAccountClientOptions, TokenVerifierOptions
} from '../lib/authentication/index.js'
import type { ManagementClientOptions } from '../lib/management/index.js'
import { ManagementClient, paginate, waitForJob } from '../lib/management/index.js'
import type {
  Client, ListOrganizationMembersQuery, ListOrganizationsQuery, ListUsersQuery, CheckpointPage, DailyStats, Job,
  JobError, JobGenericError, Log, NumberedPage, OffsetPage, Organization, OrganizationMember, Role, Session, Ticket,
  User
} from './management.js'

declare module './management-generated.js' {
  interface UserMetadata {
    theme?: 'dark' | 'light'
  }
}

const client = new ManagementClient({ domain: 'acme.eu.auth0.com', token: 'token' })

describe('path, body, query and options stand in this order', () => {
  test('get: an id, a query that need not be given', () => {
    expect(client.users.get('auth0|1', { fields: 'email' }, { timeout: 3 })).type.toBe<Promise<User>>()
    expect(client.users.get).type.toBeCallableWith('auth0|1')
    expect(client.users.get).type.not.toBeCallableWith()
    expect(client.users.get).type.not.toBeCallableWith(1)
    expect(client.users.get).type.not.toBeCallableWith('auth0|1', { field: 'email' })
    expect(client.users.get).type.not.toBeCallableWith('auth0|1', {}, { retry: 1 })
  })

  test('get: nothing but options', () => {
    expect(client.stats.getActiveUsersCount({ signal: AbortSignal.timeout(1) })).type.toBe<Promise<number>>()
    expect(client.stats.getActiveUsersCount).type.not.toBeCallableWith('today')
  })

  test('get: a query, and an array', () => {
    expect(client.stats.getDaily({ from: '20260101' })).type.toBe<Promise<DailyStats[]>>()
  })

  test('get: a query that must be given', () => {
    expect(client.users.listUsersByEmail({ email: 'a@b.c' })).type.toBe<Promise<User[]>>()
    expect(client.users.listUsersByEmail).type.not.toBeCallableWith()
    expect(client.users.listUsersByEmail).type.not.toBeCallableWith({})
  })

  test('get: several forms of an answer', () => {
    expect(client.jobs.errors.get('job_1')).type.toBe<Promise<JobError[] | JobGenericError | undefined>>()
  })

  test('post: a body', () => {
    expect(client.users.create({ connection: 'db', email: 'a@b.c' }, { headers: { 'x-trace': '1' } })).type.toBe<
      Promise<User>
    >()
    expect(client.users.create).type.not.toBeCallableWith({ email: 'a@b.c' })
    expect(client.users.create).type.not.toBeCallableWith()
  })

  test('post: a body that need not be given', () => {
    expect(client.jobs.usersExports.create).type.toBeCallableWith()
    expect(client.jobs.usersExports.create).type.toBeCallableWith({ format: 'csv' })
    expect(client.jobs.usersExports.create).type.not.toBeCallableWith({ format: 'xml' })
  })

  test('post: an id, no body', () => {
    expect(client.users.multifactor.invalidateRememberBrowser('u')).type.toBe<Promise<void>>()
    expect(client.clients.rotateSecret).type.not.toBeCallableWith('c', { secret: 'x' })
  })

  test('post: an id and a body, no answer', () => {
    expect(client.users.roles.assign('u', { roles: ['r'] })).type.toBe<Promise<void>>()
    expect(client.users.roles.assign).type.not.toBeCallableWith('u')
    expect(client.users.roles.assign).type.not.toBeCallableWith({ roles: ['r'] })
    expect(client.users.roles.assign).type.not.toBeCallableWith('u', { roles: 'r' })
  })

  test('post: two ids and a body', () => {
    expect(client.organizations.members.roles.assign).type.toBeCallableWith('org_1', 'u', { roles: ['r'] })
    expect(client.organizations.members.roles.assign).type.not.toBeCallableWith('org_1', { roles: ['r'] })
  })

  test('post: a body of nested objects', () => {
    const invitation = { inviter: { name: 'I' }, invitee: { email: 'a@b.c' }, client_id: 'c' }
    expect(client.organizations.invitations.create).type.toBeCallableWith('org_1', invitation)
    expect(client.organizations.invitations.create).type.not.toBeCallableWith('org_1', { ...invitation, inviter: {} })
  })

  test('put: an id and a list as the body', () => {
    expect(client.users.authenticationMethods.set).type.toBeCallableWith('u', [{ type: 'email', email: 'a@b.c' }])
    expect(client.users.authenticationMethods.set).type.not.toBeCallableWith('u', { type: 'email' })
  })

  test('put: values of an enumeration in the path', () => {
    expect(client.guardian.factors.set).type.toBeCallableWith('sms', { enabled: true })
    expect(client.guardian.factors.set).type.not.toBeCallableWith('sms', { enabled: 'yes' })
  })

  test('patch: null takes a field away where Auth0 says so', () => {
    expect(client.users.update).type.toBeCallableWith('u', { nickname: null })
    expect(client.users.update).type.not.toBeCallableWith('u', { blocked: null })
  })

  test('patch: merged types of metadata', () => {
    expect(client.users.update).type.toBeCallableWith('u', { user_metadata: { theme: 'dark', other: 1 } })
    expect(client.users.update).type.not.toBeCallableWith('u', { user_metadata: { theme: 'pink' } })
  })

  test('delete: ids only', () => {
    expect(client.users.delete('u')).type.toBe<Promise<void>>()
    expect(client.users.identities.delete).type.toBeCallableWith('u', 'github', '7')
    expect(client.users.identities.delete).type.not.toBeCallableWith('u', 'github')
  })

  test('delete: with a body, and with a query', () => {
    expect(client.users.roles.delete).type.toBeCallableWith('u', { roles: ['r'] })
    expect(client.users.roles.delete).type.not.toBeCallableWith('u')
    expect(client.userGrants.deleteByUserId).type.toBeCallableWith({ user_id: 'u' })
    expect(client.userGrants.deleteByUserId).type.not.toBeCallableWith()
  })

  test('tickets', () => {
    expect(client.tickets.changePassword({ user_id: 'u' })).type.toBe<Promise<Ticket>>()
  })

  test('nothing that is not there', () => {
    expect(client).type.not.toHaveProperty('nothing')
    expect(client.users).type.not.toHaveProperty('remove')
  })
})

describe('lists', () => {
  test('the answer follows from the query', () => {
    expect(client.users.list()).type.toBe<Promise<User[]>>()
    expect(client.users.list({ q: 'x', include_totals: true })).type.toBe<Promise<OffsetPage<'users', User>>>()
    expect(client.users.list({ q: 'x', include_totals: false })).type.toBe<Promise<User[]>>()
    expect(client.users.list({ include_totals: Boolean(1) })).type.toBe<Promise<User[] | OffsetPage<'users', User>>>()
    expect(client.organizations.list()).type.toBe<Promise<Organization[]>>()
    expect(client.organizations.list({ take: 50 })).type.toBe<Promise<CheckpointPage<'organizations', Organization>>>()
    expect(client.organizations.list({ include_totals: true })).type.toBe<
      Promise<OffsetPage<'organizations', Organization>>
    >()
    expect(client.users.sessions.list('u')).type.toBe<Promise<CheckpointPage<'sessions', Session>>>()
    expect(client.connections.list).type.toBeCallableWith({ strategy: ['auth0', 'oidc'] })
    expect(client.connections.list).type.not.toBeCallableWith({ strategy: ['carrier-pigeon'] })
    expect(client.logs.list({ q: 'type:f' })).type.toBe<Promise<Log[]>>()
    expect(client.users.list).type.not.toBeCallableWith({ query: 'x' })
  })

  test('a query in a variable of its type picks its answer', () => {
    const users: ListUsersQuery = { q: 'x', per_page: 10 }
    expect(client.users.list(users)).type.toBe<Promise<User[]>>()
    expect(client.users.list({ ...users, include_totals: true })).type.toBe<Promise<OffsetPage<'users', User>>>()
    const organizations: ListOrganizationsQuery = { sort: 'name:1' }
    expect(client.organizations.list(organizations)).type.toBe<Promise<Organization[]>>()
    expect(client.organizations.list({ ...organizations, take: 50 })).type.toBe<
      Promise<CheckpointPage<'organizations', Organization>>
    >()
    const members: ListOrganizationMembersQuery = { fields: 'user_id' }
    expect(client.organizations.members.list('org_1', members)).type.toBe<Promise<OrganizationMember[]>>()
  })

  test('paginate() knows what a list holds, and takes what the list takes', () => {
    expect(paginate(client.users.list, { q: 'x' }).all()).type.toBe<Promise<User[]>>()
    expect(paginate(client.organizations.members.list, 'org_1').all()).type.toBe<Promise<OrganizationMember[]>>()
    expect(paginate(client.logs.list, { from: '1' }).pages()).type.toBe<AsyncIterable<Log[]>>()
    expect(paginate(client.roles.list)).type.toBeAssignableTo<AsyncIterable<Role>>()
    expect(paginate).type.not.toBeCallableWith(client.organizations.members.list)
    expect(paginate).type.not.toBeCallableWith(client.users.get, 'u')
  })

  test('always a page', () => {
    expect(client.actions.list()).type.toBeAssignableTo<Promise<NumberedPage<'actions', object>>>()
  })
})

describe('what Auth0 documents', () => {
  test('null takes objects away, and is in answers', () => {
    expect(client.clients.update).type.toBeCallableWith('c', { refresh_token: null, default_organization: null })
    expect(client.resourceServers.update).type.toBeCallableWith('r', { token_encryption: null })
    expect(client.tenants.settings.update).type.toBeCallableWith({ error_page: null, session_cookie: null })
    expect(client.branding.update).type.toBeCallableWith({ colors: null })
    expect<Client['refresh_token']>().type.toBeAssignableFrom<null>()
    expect(client.clients.update).type.not.toBeCallableWith('c', { name: null })
  })

  test('answers hold more than is listed; bodies do not', () => {
    expect<User['locale']>().type.toBe<unknown>()
    expect(client.users.update).type.not.toBeCallableWith('u', { nick_name: 'x' })
    expect(client.connections.create).type.toBeCallableWith({
      name: 'c',
      strategy: 'oidc',
      options: { discovery_url: 'https://a.test' }
    })
  })

  test('a body of which nothing is required need not be given', () => {
    expect(client.users.update).type.toBeCallableWith('u')
    expect(client.actions.versions.deploy).type.toBeCallableWith('a', 'v')
    expect(client.users.create).type.not.toBeCallableWith()
  })
})

describe('events and jobs', () => {
  test('events are iterated over', () => {
    expect(client.events.subscribe({ event_type: ['user.created'] })).type.toBeAssignableTo<
      AsyncIterable<{ type: string, offset: string }>
    >()
    expect(client.events.subscribe).type.toBeCallableWith({ event_type: 'connection.created' }, { maxReconnects: 3 })
    expect(client.events.subscribe).type.not.toBeCallableWith({ event_type: ['user.sang'] })
  })

  test('an upload tells its progress, other calls have none', () => {
    expect(client.jobs.usersImports.create).type.toBeCallableWith(
      { users: 'users.json', connection_id: 'con_1' },
      { onProgress: ({ sent }: { sent: number }) => sent }
    )
    expect(client.jobs.usersImports.create).type.not.toBeCallableWith({ users: 7, connection_id: 'con_1' })
    expect(client.users.create).type.not.toBeCallableWith({ connection: 'db' }, { onProgress: () => {} })
  })

  test('waitForJob', () => {
    expect(waitForJob(client, 'job_1')).type.toBe<Promise<Job>>()
    expect(waitForJob).type.not.toBeCallableWith(client, 7)
  })
})

describe('the client', () => {
  test('takes a token, or credentials', () => {
    expect(ManagementClient).type.toBeConstructableWith({
      domain: 'd',
      token: async (refused?: string) => refused ?? 'token'
    })
    expect(ManagementClient).type.toBeConstructableWith({ domain: 'd', clientId: 'c', clientSecret: 's', retry: false })
    expect(ManagementClient).type.not.toBeConstructableWith({ token: 'token' })
    expect(ManagementClient).type.not.toBeConstructableWith({ domain: 'd', token: 7 })
  })
})

describe('options of all clients', () => {
  test('the names that are told from misspelt ones are those of the types', () => {
    type Names = (typeof CLIENT_OPTIONS)[number]
    type All =
      | keyof ManagementClientOptions
      | keyof AuthenticationClientOptions
      | keyof MyAccountClientOptions
      | keyof TokenVerifierOptions
    expect<Names>().type.toBe<All>()
  })
})
