import { readFileSync } from 'node:fs'
import t from 'tap'
import { ManagementClient } from '../../lib/management/index.js'
import { startServer, type Answer } from '../fixtures/loopback.js'

interface Operation {
  resource: string
  method: string
  http: string
  path: string
  pathParams: string[]
  queryParams: { name: string, type: string }[]
  hasBody: boolean
  bodyContentType: string | null
  responseType: string | null
  success?: number[]
  stream?: 'sse'
  /** Auth0 does not document its query. */
  partial?: boolean
  removed?: boolean
}

const operations = JSON.parse(readFileSync(new URL('operations.json', import.meta.url), 'utf8')) as Operation[]
const current = operations.filter(({ removed }) => removed !== true)

/** Characters that would end a path segment, a path or a query if they were not encoded. */
const hostileId = 'auth0|a/b?c#d'
const encodedId = 'auth0%7Ca%2Fb%3Fc%23d'
const ANSWER = { id: 'x', unknown_field: [1] }

type Method = (...args: unknown[]) => Promise<unknown>

function methodOf (client: ManagementClient, { resource, method }: Operation): Method | undefined {
  let at: unknown = client
  for (const name of [...resource.split('.'), method]) at = (at as Record<string, unknown> | undefined)?.[name]
  return typeof at === 'function' ? (at as Method) : undefined
}

/** A value of a documented type, and how it must be spelled. */
function sample ({ name, type }: { name: string, type: string }): { value: unknown, spelled: string } {
  if (type.includes('[]')) return { value: ['a b', 'c&d'], spelled: `${name}=a%20b&${name}=c%26d` }
  if (type === 'number') return { value: 7, spelled: `${name}=7` }
  if (type === 'boolean') return { value: false, spelled: `${name}=false` }
  return { value: 'a=b&c', spelled: `${name}=a%3Db%26c` }
}

t.test('every documented operation is there and sends exactly what it must', async t => {
  let answer: Answer = {}
  const { origin, received: requests } = await startServer(t, () => answer)
  const client = new ManagementClient({ domain: origin, token: 'token', retry: false })
  t.teardown(() => client.close())
  const whole = new Set<string>()

  for (const operation of operations) {
    const { resource, method, http, path, pathParams, queryParams, hasBody } = operation
    const name = `${resource}.${method}`
    const call = methodOf(client, operation)
    if (call === undefined) {
      t.fail(`${name} is missing`)
      continue
    }
    const answersNothing = operation.responseType === 'void' || operation.responseType === null
    const samples = queryParams.map(sample)
    const query = Object.fromEntries(queryParams.map(({ name }, i) => [name, samples[i]!.value]))
    const isForm = operation.bodyContentType === 'multipart/form-data'
    const body = isForm ? { users: Buffer.from('[]') } : { some: 'body', nested: [{ x: null }] }
    const args: unknown[] = [
      ...pathParams.map(() => hostileId),
      ...(hasBody ? [body] : []),
      ...(queryParams.length > 0 || operation.partial === true ? [query] : []),
      { timeout: 20, headers: { 'X-Extra': 'yes' } }
    ]

    for (const status of operation.success ?? [answersNothing ? 204 : 200]) {
      requests.length = 0
      let result: unknown
      if (operation.stream === 'sse') {
        answer = {
          headers: { 'content-type': 'text/event-stream' },
          body: `data: ${JSON.stringify({ offset: 'o1', event: ANSWER })}\n\n`
        }
        for await (const event of call(...args) as unknown as AsyncIterable<{ event: unknown }>) {
          result = event.event
          break
        }
      } else {
        answer = status === 204 || answersNothing ? { status } : { status, body: ANSWER }
        result = await call(...args)
      }
      const seen = requests.map(({ method, path, query, headers, body }) => ({
        sends: `${method} ${path}`,
        query,
        body: isForm ? headers['content-type']?.split(';')[0] : body,
        type: isForm ? undefined : headers['content-type'],
        authorization: headers.authorization,
        extra: headers['x-extra']
      }))
      const one = t.strictSame(
        { seen, result },
        {
          seen: [
            {
              sends: `${http} /api/v2${path.replaceAll(/\{\w+\}/g, encodedId)}`,
              query: samples.map(({ spelled }) => spelled).join('&'),
              body: isForm ? 'multipart/form-data' : hasBody ? JSON.stringify(body) : '',
              type: hasBody && !isForm ? 'application/json' : undefined,
              authorization: 'Bearer token',
              extra: 'yes'
            }
          ],
          result: status === 204 || answersNothing ? undefined : ANSWER
        },
        `${name}: ${http} ${path}, ${status}`
      )
      if (one && operation.removed !== true) whole.add(name)
    }
  }
  t.equal(whole.size, 481)
  t.comment(`${whole.size} of ${current.length} operations`)
})

t.test('there are no methods but the documented ones', async t => {
  const client = new ManagementClient({ domain: 'tenant.example.com', token: 'token' })
  const found: string[] = []
  const visit = (object: object, path: string): void => {
    for (const [name, value] of Object.entries(object)) {
      if (typeof value === 'function') found.push(`${path}.${name}`)
      else visit(value as object, `${path}.${name}`)
    }
  }
  visit(client, '')
  t.strictSame(
    found.map(path => path.slice(1)).sort(),
    operations.map(({ resource, method }) => `${resource}.${method}`).sort()
  )
})

/** Written by hand from the paths of Auth0's OpenAPI document, so that a mistake in the shared data shows. */
const byHand: { call: (client: ManagementClient) => unknown, sends: string, body?: unknown }[] = [
  {
    call: c => c.users.list({ q: 'email:"a@b.c"', search_engine: 'v3' }),
    sends: 'GET /users?q=email%3A%22a%40b.c%22&search_engine=v3'
  },
  {
    call: c => c.users.get('auth0|1', { fields: 'email', include_fields: true }),
    sends: 'GET /users/auth0%7C1?fields=email&include_fields=true'
  },
  {
    call: c => c.users.create({ connection: 'db', email: 'a@b.c' }),
    sends: 'POST /users',
    body: { connection: 'db', email: 'a@b.c' }
  },
  { call: c => c.users.update('auth0|1', { blocked: true }), sends: 'PATCH /users/auth0%7C1', body: { blocked: true } },
  { call: c => c.users.delete('auth0|1'), sends: 'DELETE /users/auth0%7C1' },
  { call: c => c.users.listUsersByEmail({ email: 'a+b@c.d' }), sends: 'GET /users-by-email?email=a%2Bb%40c.d' },
  { call: c => c.users.roles.list('u'), sends: 'GET /users/u/roles' },
  { call: c => c.users.roles.assign('u', { roles: ['r'] }), sends: 'POST /users/u/roles', body: { roles: ['r'] } },
  { call: c => c.users.roles.delete('u', { roles: ['r'] }), sends: 'DELETE /users/u/roles', body: { roles: ['r'] } },
  {
    call: c => c.users.identities.link('u', { provider: 'google-oauth2', user_id: '2' }),
    sends: 'POST /users/u/identities',
    body: { provider: 'google-oauth2', user_id: '2' }
  },
  {
    call: c => c.users.identities.delete('u', 'google-oauth2', '2'),
    sends: 'DELETE /users/u/identities/google-oauth2/2'
  },
  { call: c => c.users.multifactor.deleteProvider('u', 'duo'), sends: 'DELETE /users/u/multifactor/duo' },
  { call: c => c.userBlocks.listByIdentifier({ identifier: 'ada' }), sends: 'GET /user-blocks?identifier=ada' },
  { call: c => c.userGrants.deleteByUserId({ user_id: 'u|1' }), sends: 'DELETE /grants?user_id=u%7C1' },
  {
    call: c => c.clients.list({ app_type: 'spa', per_page: 5, page: 0 }),
    sends: 'GET /clients?app_type=spa&per_page=5&page=0'
  },
  { call: c => c.clients.rotateSecret('c1'), sends: 'POST /clients/c1/rotate-secret' },
  {
    call: c => c.clientGrants.create({ client_id: 'c', audience: 'a', scope: [] }),
    sends: 'POST /client-grants',
    body: { client_id: 'c', audience: 'a', scope: [] }
  },
  {
    call: c => c.connections.list({ strategy: ['auth0', 'oidc'] }),
    sends: 'GET /connections?strategy=auth0&strategy=oidc'
  },
  {
    call: c => c.connections.update('con_1', { display_name: 'x' }),
    sends: 'PATCH /connections/con_1',
    body: { display_name: 'x' }
  },
  {
    call: c => c.connections.users.deleteByEmail('con_1', { email: 'a@b.c' }),
    sends: 'DELETE /connections/con_1/users?email=a%40b.c'
  },
  { call: c => c.organizations.getByName('acme'), sends: 'GET /organizations/name/acme' },
  {
    call: c =>
      c.organizations.invitations.create('org_1', {
        inviter: { name: 'I' },
        invitee: { email: 'a@b.c' },
        client_id: 'c'
      }),
    sends: 'POST /organizations/org_1/invitations',
    body: { inviter: { name: 'I' }, invitee: { email: 'a@b.c' }, client_id: 'c' }
  },
  {
    call: c => c.organizations.members.roles.assign('org_1', 'u', { roles: ['r'] }),
    sends: 'POST /organizations/org_1/members/u/roles',
    body: { roles: ['r'] }
  },
  {
    call: c => c.organizations.enabledConnections.get('org_1', 'con_1'),
    sends: 'GET /organizations/org_1/enabled_connections/con_1'
  },
  {
    call: c => c.guardian.factors.set('sms', { enabled: true }),
    sends: 'PUT /guardian/factors/sms',
    body: { enabled: true }
  },
  {
    call: c => c.guardian.factors.pushNotification.setSnsProvider({ aws_region: 'eu' }),
    sends: 'PUT /guardian/factors/push-notification/providers/sns',
    body: { aws_region: 'eu' }
  },
  { call: c => c.actions.triggers.bindings.list('post-login'), sends: 'GET /actions/triggers/post-login/bindings' },
  { call: c => c.actions.versions.deploy('a1', 'v1'), sends: 'POST /actions/actions/a1/versions/v1/deploy' },
  { call: c => c.connections.keys.rotate('con_1'), sends: 'POST /connections/con_1/keys/rotate' },
  {
    call: c => c.connections.directoryProvisioning.update('con_1'),
    sends: 'PATCH /connections/con_1/directory-provisioning'
  },
  { call: c => c.users.update('u'), sends: 'PATCH /users/u', body: {} },
  { call: c => c.tickets.changePassword(), sends: 'POST /tickets/password-change', body: {} },
  {
    call: c => c.prompts.customText.set('login', 'en', { login: { title: 'Hi' } }),
    sends: 'PUT /prompts/login/custom-text/en',
    body: { login: { title: 'Hi' } }
  },
  {
    call: c => c.tickets.changePassword({ user_id: 'u' }),
    sends: 'POST /tickets/password-change',
    body: { user_id: 'u' }
  },
  { call: c => c.jobs.errors.get('job_1'), sends: 'GET /jobs/job_1/errors' },
  { call: c => c.logs.list({ from: '900', take: 10 }), sends: 'GET /logs?from=900&take=10' },
  {
    call: c => c.stats.getDaily({ from: '20260101', to: '20260131' }),
    sends: 'GET /stats/daily?from=20260101&to=20260131'
  },
  {
    call: c => c.tenants.settings.update({ friendly_name: 'Acme' }),
    sends: 'PATCH /tenants/settings',
    body: { friendly_name: 'Acme' }
  },
  { call: c => c.emails.provider.get(), sends: 'GET /emails/provider' },
  {
    call: c => c.attackProtection.bruteForceProtection.update({ enabled: true }),
    sends: 'PATCH /attack-protection/brute-force-protection',
    body: { enabled: true }
  }
]

t.test('operations written by hand', async t => {
  const { origin, received: requests } = await startServer(t, () => ({ body: {} }))
  const client = new ManagementClient({ domain: origin, token: 'token' })
  t.teardown(() => client.close())
  for (const { call, sends, body } of byHand) {
    await call(client)
    const { method, path, query, body: sent } = requests.pop()!
    t.equal(`${method} ${path.replace('/api/v2', '')}${query === '' ? '' : `?${query}`}`, sends)
    t.strictSame(sent === '' ? undefined : JSON.parse(sent), body, `${sends}: body`)
  }
  t.comment(`${byHand.length} operations by hand`)
})

t.test('the guide for auth0-python maps its 207 methods to methods that exist', async t => {
  const guide = readFileSync(new URL('../../examples/management/from-auth0-python.md', import.meta.url), 'utf8')
  const client = new ManagementClient({ domain: 'tenant.example.com', token: 'token' })
  const mapped = new Set<string>()
  for (const section of guide.split(/^## /m).slice(1)) {
    const resource = section.split('\n', 1)[0]!
    for (const [, name, here] of section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)) {
      mapped.add(`${resource}.${name}`)
      const methods = [...here!.matchAll(/`([\w.]+)\(/g)].map(([, path]) => path!)
      t.ok(
        methods.length > 0 &&
          methods.every(
            path =>
              methodOf(client, {
                resource: path.split('.').slice(0, -1).join('.'),
                method: path.split('.').at(-1)
              } as Operation) !== undefined
          ),
        `${resource}.${name}`
      )
    }
  }
  t.equal(mapped.size, 207)
})
