import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import t from 'tap'
import auth0, { type Auth0Options } from '../../lib/index.js'
import { ScriptedTenant } from '../fixtures/scripted-tenant.js'
import { metadataOfAnyTenant } from '../fixtures/tenant-metadata.js'
import { Visitor } from '../fixtures/visitor.js'

// The example applications of @auth0/auth0-fastify and @auth0/auth0-fastify-api, as they are after the switch.

const clock = { now: 1_795_000_000 }
const tenant = new ScriptedTenant({ now: () => clock.now })
const audience = 'https://api.example.com'
const shared = { customFetch: tenant.fetch, now: () => clock.now }
const options: Auth0Options = {
  ...shared,
  domain: tenant.domain,
  clientId: tenant.clientId,
  clientSecret: 'the secret of the client',
  appBaseUrl: 'http://localhost:3000',
  sessionSecret: 'a session secret of enough characters'
}

/** The pages of the web example: one of everybody and one of members. */
async function webApplication (changes: Partial<Auth0Options> = {}): Promise<FastifyInstance> {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, { ...options, ...changes })
  const page = async (request: FastifyRequest) => {
    const user = await request.auth0.getUser()
    return { isLoggedIn: user !== undefined, user }
  }
  app.get('/', page)
  app.get('/public', page)
  app.get('/private', { preHandler: app.auth0.requireSession }, page)
  return app
}

/** The same with the application's own hook, where only the call of `getSession` has changed. */
async function webApplicationWithItsHook (): Promise<FastifyInstance> {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, options)
  const hasSession = async (request: FastifyRequest, reply: FastifyReply) => {
    const session = await request.auth0.getSession()
    if (session === undefined) return await reply.redirect(`/auth/login?returnTo=${request.url}`)
  }
  app.get('/private', { preHandler: hasSession }, async request => ({ user: await request.auth0.getUser() }))
  return app
}

/** The API example. */
async function api (): Promise<FastifyInstance> {
  const app = fastify({ pluginTimeout: 0 })
  await app.register(auth0, { ...shared, domain: tenant.domain, mountRoutes: false, api: { audience } })
  const hello = async (request: FastifyRequest) => `Hello, ${request.auth0.token!.sub}`
  app.get('/api/private', { preHandler: app.auth0.requireToken() }, hello)
  app.get('/api/private-scope', { preHandler: app.auth0.requireToken({ scopes: ['read:private'] }) }, hello)
  app.get('/api/public', async () => 'Hello world!')
  return app
}

async function login (app: FastifyInstance, path: string, origin = 'http://localhost:3000'): Promise<Visitor> {
  const browser = new Visitor(app, { origin, now: () => clock.now })
  const refused = await browser.navigate(path)
  t.match(refused.headers.location, /^\/auth\/login\?returnTo=/)
  const started = await browser.navigate(String(refused.headers.location))
  const done = await browser.navigate(tenant.callback(String(started.headers.location)))
  t.equal(done.headers.location, path, 'and back to where the visitor wanted to go')
  return browser
}

const token = (claims: object = {}): string =>
  tenant.apiToken({ aud: audience, client_id: 'another-client', ...claims }, { typ: 'at+jwt' })

t.test('the web example', async t => {
  for (const application of [webApplication, webApplicationWithItsHook]) {
    const app = await application()
    t.teardown(async () => await app.close())
    const browser = await login(app, '/private')
    t.match((await browser.call('/private')).json(), { user: { sub: 'auth0|ada' } })
    await browser.navigate('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    t.match((await browser.navigate('/private')).headers.location, /^\/auth\/login/)
  }
})

t.test('the API example', async t => {
  const app = await api()
  t.teardown(async () => await app.close())
  const ask = async (url: string, bearer?: string) =>
    await app.inject({ url, headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } })
  t.equal((await ask('/api/public')).body, 'Hello world!')
  t.equal((await ask('/api/private')).statusCode, 401)
  t.equal((await ask('/api/private', token())).body, 'Hello, auth0|ada')
  t.equal((await ask('/api/private-scope', token())).statusCode, 403)
  t.equal((await ask('/api/private-scope', token({ scope: 'read:private' }))).body, 'Hello, auth0|ada')
})

t.test('the web example that calls an API', async t => {
  const resource = await api()
  const app = await webApplication({ audience })
  t.teardown(async () => await Promise.all([app.close(), resource.close()]))
  let nonce: string | null = null
  tenant.scripts.set('authorization_code', () => ({ json: tenant.tokens({ nonce }, { access_token: token() }) }))
  app.get('/call-api', { preHandler: app.auth0.requireSession }, async request => {
    const { accessToken } = await request.auth0.getAccessToken()
    const answer = await resource.inject({
      url: '/api/private',
      headers: { authorization: `Bearer ${accessToken}` }
    })
    return { apiResponse: answer.body }
  })
  const browser = new Visitor(app, { origin: 'http://localhost:3000', now: () => clock.now })
  const started = new URL(String((await browser.navigate('/auth/login?returnTo=/call-api')).headers.location))
  t.equal(started.searchParams.get('audience'), audience)
  nonce = started.searchParams.get('nonce')
  await browser.navigate(tenant.callback(started.href))
  t.strictSame((await browser.call('/call-api')).json(), { apiResponse: 'Hello, auth0|ada' })
  tenant.scripts.delete('authorization_code')
})

t.test('the example with several custom domains', async t => {
  const domains: Record<string, string> = { 'brand-b.localhost:3000': 'b.auth0.test' }
  const app = await webApplication({
    // As it was written for the other package.
    domain: storeOptions => domains[storeOptions?.request.headers.host ?? ''] ?? 'a.auth0.test',
    ...({ appBaseUrl: undefined } as object),
    customFetch: metadataOfAnyTenant
  })
  t.teardown(async () => await app.close())
  for (const [brand, domain] of [['a', 'a.auth0.test'], ['b', 'b.auth0.test']]) {
    const origin = `http://brand-${brand}.localhost:3000`
    const browser = new Visitor(app, { origin, now: () => clock.now })
    const location = new URL(String((await browser.navigate('/auth/login')).headers.location))
    t.equal(location.host, domain)
    t.equal(location.searchParams.get('redirect_uri'), `${origin}/auth/callback`)
  }
})
