import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import view from '@fastify/view'
import ejs from 'ejs'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { ApiError, TokenValidationError, type Auth0Options } from '../../lib/index.js'
import type { AuthenticationClient } from '../../lib/authentication/index.js'
import { createTenant, sessionCookie } from '../../lib/testing/index.js'
import { setCookies, Visitor } from '../fixtures/visitor.js'
import { blocksOf, readPage } from './documents.js'
import { newApp, pluginFor, run, type Names } from './snippets.js'

const tenant = await createTenant({
  issuer: 'https://acme.eu.auth0.com/',
  users: [{
    sub: 'auth0|ada',
    email: 'ada@example.com',
    name: 'Ada',
    picture: 'https://example.com/ada.png',
    password: 'correct horse'
  }],
  clients: [{ clientId: 'app', clientSecret: 'secret' }],
  organizations: ['org_abc123', 'org_xyz789', 'org_abc'].map(id =>
    ({ id, name: id.replace('org_', ''), members: ['ada@example.com'] })),
  resourceServers: [{
    identifier: 'urn:custom:api',
    scopes: ['read:orders'],
    authorizationDetailsTypes: ['your_type']
  }, {
    identifier: 'https://api.example.com',
    scopes: ['read:items']
  }]
})
t.teardown(() => tenant.close())

const sessionSecret = 'a session secret of enough characters'
const credentials = { domain: tenant.domain, clientId: 'app', clientSecret: 'secret' }
const options = { ...credentials, appBaseUrl: 'http://localhost:3000', sessionSecret }
const auth0 = pluginFor(tenant)
const shared: Names = { auth0, options, ...credentials, sessionSecret }
const picture = 'https://example.com/ada.png'
const ada = { sub: 'auth0|ada', name: 'Ada', picture, org_id: 'org_abc', org_name: 'abc' }
const opened = { host: 'localhost:3000', accept: 'text/html', 'sec-fetch-mode': 'navigate' }

/** What a block makes of an application whose routes are its own. */
type Check = (t: Test, code: string) => Promise<unknown>

async function app (t: Test, changes: object = {}): Promise<FastifyInstance> {
  const fastify = newApp(t)
  await fastify.register(auth0, { ...options, audience: 'urn:custom:api', ...changes } as Auth0Options)
  return fastify
}

/** A route whose handler is the block. */
function route (fastify: FastifyInstance, path: string, code: string): void {
  fastify.get(path, async (request, reply) => await run(code, { ...shared, fastify, request, reply }))
}

const newVisitor = (fastify: FastifyInstance): Visitor =>
  new Visitor(fastify, { origin: 'http://localhost:3000', tenant })

/** Follows a login from its start to the answer of the callback. */
async function logIn (fastify: FastifyInstance, path: string,
  user = 'ada@example.com'): Promise<LightMyRequestResponse> {
  return await newVisitor(fastify).arrive({ user }, path)
}

/** What the login asks the tenant for. */
async function asked (fastify: FastifyInstance, url: string): Promise<Record<string, string>> {
  const { headers, body } = await fastify.inject({ url, headers: opened })
  if (headers.location === undefined) throw new Error(body)
  return Object.fromEntries(new URL(headers.location).searchParams)
}

/** A block that registers the plugin: what the login then asks for. */
const registers = (wanted: object): Check => async (t, code) => {
  const fastify = newApp(t)
  await run(code, { ...shared, fastify })
  t.match(await asked(fastify, '/auth/login'), wanted)
}

/** A block that starts a login: what it asks for, and that it can be finished. */
const starts = (wanted: object, query = ''): Check => async (t, code) => {
  const fastify = await app(t)
  route(fastify, '/start', code)
  t.match(await asked(fastify, `/start${query}`), wanted)
  t.equal((await logIn(fastify, `/start${query}`)).statusCode, 302)
}

const ownCallback = {
  routes: { callback: false },
  authorizationParams: { redirect_uri: 'http://localhost:3000/auth/callback' }
}

/** A block that finishes a login. */
const finishes = (start: string, wanted: object): Check => async (t, code) => {
  const fastify = await app(t, ownCallback)
  route(fastify, '/start', start)
  route(fastify, '/auth/callback', code)
  const { statusCode, headers, body } = await logIn(fastify, '/start')
  t.match({ statusCode, location: headers.location, body }, wanted)
}

const details = `pushedAuthorizationRequests: true,
  authorizationParams: { authorization_details: [{ type: 'your_type', additional_field: 'value' }] }`
const begin = (with_: string): string =>
  `return reply.redirect((await request.auth0.startInteractiveLogin({ ${with_} })).href)`
const ofUser = (wanted: object): Check => async (t, code) => {
  const fastify = await app(t)
  fastify.get('/', { preHandler: fastify.auth0.requireSession }, async (request, reply) =>
    await run(code, { ...shared, fastify, request, reply }))
  const cookie = await sessionCookie(fastify, { user: ada })
  t.match(await fastify.inject({ url: '/', headers: { ...opened, cookie } }), wanted)
}

/** The Python API SDK's blocks go on from each other. */
const made: Names = {}
const goesOn = (look: (t: Test, names: Names) => unknown): Check => async (t, code) => {
  Object.assign(made, await run(code, { ...shared, ...made }, clients))
  await look(t, made)
}
const { AuthenticationClient: Client, TokenVerifier } = await import('../../lib/authentication/index.js')
const { ManagementClient } = await import('../../lib/management/index.js')
const offline = { customFetch: tenant.fetch }
const clients = {
  'fastify-auth0/authentication': {
    AuthenticationClient: class extends Client {
      constructor (given: ConstructorParameters<typeof Client>[0]) {
        super({ ...given, ...offline })
      }
    },
    TokenVerifier: class extends TokenVerifier {
      constructor (given: ConstructorParameters<typeof TokenVerifier>[0]) {
        super({ ...given, ...offline })
      }
    }
  },
  'fastify-auth0/management': {
    ManagementClient: class extends ManagementClient {
      constructor (given: ConstructorParameters<typeof ManagementClient>[0]) {
        super({ ...given, ...offline })
      }
    }
  }
}

const checks: Check[] = [
  registers({ redirect_uri: 'http://localhost:3000/auth/callback' }),
  starts({ redirect_uri: 'http://localhost:3000/auth/callback', code_challenge_method: 'S256' }),
  registers({ scope: 'openid profile read:orders', audience: 'urn:custom:api' }),
  starts({ scope: 'openid profile email', audience: 'urn:custom:api', foo: 'bar' }),
  starts({ state: String }),
  finishes(begin("appState: { returnTo: '/dashboard' }"), { statusCode: 302, location: '/dashboard' }),
  starts({ request_uri: /^urn:/ }),
  starts({ request_uri: /^urn:/ }),
  finishes(begin(details), { statusCode: 200, body: /"type":"your_type"/ }),
  starts({ redirect_uri: 'http://localhost:3000/auth/callback' }),
  finishes(begin(`appState: { a: 1 }, ${details}`), { statusCode: 200, body: /"appState":\{"a":1\}.*"your_type"/ }),
  registers({ organization: 'org_abc123' }),
  starts({ organization: 'org_xyz789' }),
  async (t, code) => {
    const link = new URLSearchParams(tenant.invite('org_abc', 'ada@example.com'))
    await starts({ organization: 'org_abc', invitation: String }, `?${link.toString()}`)(t, code)
  },
  async (t, code) => {
    await finishes(begin(''), { statusCode: 302, location: '/dashboard' })(t, code)
    const refused = "organization: 'org_abc', authorizationParams: { organization: 'org_abc' }"
    tenant.addUser({ email: 'eve@example.com' })
    const fastify = await app(t, ownCallback)
    route(fastify, '/start', begin(refused))
    route(fastify, '/auth/callback', code)
    t.equal((await logIn(fastify, '/start', 'eve@example.com')).headers.location, '/error?reason=access_denied')
  },
  ofUser({ statusCode: 200, body: '{"id":"org_abc","name":"abc"}' }),

  async (t, code) => {
    await t.rejects(run(code, shared, clients), ApiError, 'the tenant, as newer ones, does not have it')
    t.match(tenant.requests.at(-1), { path: '/oauth/access_token', params: { connection: 'facebook' } })
    made.client = new clients['fastify-auth0/authentication'].AuthenticationClient(credentials)
    t.teardown(() => (made.client as AuthenticationClient).close())
  },
  goesOn((t, { user }) => t.match(user, { email: 'grace@example.com' })),
  goesOn((t, { tokens }) => t.match(tokens, { id_token: String, token_type: 'Bearer' })),
  goesOn((t, { claims }) => t.match(claims, { sub: 'auth0|ada', aud: 'app' })),
  goesOn((t, { url }) => t.match(String(url), /organization=org_abc/)),
  async (t, code) => {
    await t.rejects(run(code, { ...shared, ...made }), TokenValidationError, 'it is a token of no organization')
    const fastify = await app(t, { audience: 'https://api.example.com', storeIdToken: true, organization: 'org_abc' })
    fastify.get('/', async request => ({
      id: await request.auth0.getIdToken(),
      access: (await request.auth0.getAccessToken()).accessToken
    }))
    const visitor = newVisitor(fastify)
    await visitor.login({ user: 'ada@example.com' })
    const { id, access } = (await visitor.call('/')).json<{ id: string, access: string }>()
    await run(code, { ...shared, ...made, tokens: { id_token: id } })
    made.accessToken = access
  },
  goesOn((t, { url }) => t.match(String(url), /organization=org_abc&.*invitation=ticket|invitation=ticket&.*org_abc/)),
  async (t, code) => {
    made.TokenVerifier = clients['fastify-auth0/authentication'].TokenVerifier
    await run(code, { ...shared, ...made })
    await t.rejects(run(code.replace('org_abc', 'org_other'), { ...shared, ...made }),
      { code: 'organization_token_validation_error' })
  },
  goesOn((t, { token }) => t.type(token, 'string')),
  goesOn(t => t.pass('a client')),
  goesOn((t, { connections }) => t.match(connections, [{ name: String }])),
  goesOn((t, { modified }) => t.match(modified, { display_name: 'MyNewName' })),

  async (t, code) => {
    const fastify = newApp(t)
    await run(code, { ...shared, fastify })
    t.match(await asked(fastify, '/login'), { redirect_uri: 'http://localhost:3000/callback', scope: 'openid profile' })
    t.equal((await logIn(fastify, '/login?returnTo=/dashboard')).headers.location, '/dashboard')
    t.ok(tenant.requests.some(({ path }) => path === '/userinfo'))
  },
  ofUser({ statusCode: 200, body: /"user_id":"auth0\|ada","name":"Ada","picture":"https/ }),
  async (t, code) => t.match(code, 'href="/login?returnTo=/dashboard"'),
  ofUser({ statusCode: 302, headers: { location: /^https:\/\/acme\.eu\.auth0\.com\/(?:oidc|v2)\/logout\?/ } }),
  async (t, code) => {
    const fastify = await app(t)
    const folder = mkdtempSync(join(tmpdir(), 'views-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'dashboard.ejs'), dashboard)
    await fastify.register(view, { engine: { ejs }, root: folder })
    await run(code, { ...shared, fastify })
    const cookie = await sessionCookie(fastify, { user: ada })
    const html = (await fastify.inject({ url: '/dashboard', headers: { ...opened, cookie } })).body
    t.match(html, /ada\.png.*Welcome Ada/s)
    t.equal((await fastify.inject({ url: '/dashboard', headers: opened })).statusCode, 302)
  },
  async (t, code) => t.equal(code, dashboard),

  async (t, code) => {
    const fastify = newApp(t)
    const here = code.replace("'0.0.0.0', port: 3000", "'127.0.0.1', port: 0")
    await run(here, shared, { fastify: { default: () => fastify } })
    t.strictSame((await fastify.inject('/')).json(), { message: 'Hello, Auth0!' })
    t.match(await asked(fastify, '/auth/login'), { client_id: 'app' })
  },
  async (t, code) => {
    const fastify = newApp(t)
    await run(code, { ...shared, fastify })
    const done = await logIn(fastify, '/auth/login')
    t.ok(setCookies(done).some(({ name, value }) => name === 'my_session' && value !== ''))
  },
  ...[[], ['login', 'connect'], ['login', 'connect', 'unconnect']].map((routes): Check => async (t, code) => {
    const fastify = newApp(t)
    await run(code, { ...shared, fastify })
    const exists = (name: string): boolean => fastify.hasRoute({ method: 'GET', url: `/auth/${name}` })
    t.strictSame(['login', 'connect', 'unconnect'].filter(exists), routes)
  }),
  async (t, code) => {
    const fastify = await app(t)
    await run(code, { ...shared, fastify })
    t.equal((await fastify.inject('/profile')).statusCode, 401)
    const cookie = await sessionCookie(fastify, { user: ada })
    t.match((await fastify.inject({ url: '/profile', headers: { cookie } })).json(), {
      message: 'Your Profile',
      user: { name: 'Ada' },
      session: { user: { name: 'Ada' } }
    })
  },
  registers({ audience: 'https://api.example.com' })
]

const blocks = blocksOf(readPage('examples/guides-of-auth0.md'))
const dashboard = blocks.findLast(({ language }) => language === 'html')!.code

t.equal(blocks.length, checks.length, 'each block is run')
for (const [i, { code }] of blocks.entries()) {
  t.test(`block ${i + 1}: ${code.split('\n').find(line => !line.startsWith('import') && line !== '')}`, async t => {
    await checks[i]?.(t, code)
  })
}
