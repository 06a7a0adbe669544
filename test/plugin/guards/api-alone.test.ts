import fastify from 'fastify'
import t from 'tap'
import fastifyAuth0, { type Auth0Options } from '../../../lib/index.js'
import { ScriptedTenant } from '../../fixtures/scripted-tenant.js'

const audience = 'https://api.example.com'
const now = 1_795_000_000
const tenant = new ScriptedTenant({ now: () => now })
const { domain, fetch: customFetch } = tenant
const options: Auth0Options = { domain, mountRoutes: false, api: { audience }, customFetch, now: () => now }

const token = (claims: object = {}): string => tenant.apiToken({ aud: audience, azp: undefined, ...claims })

t.test('an API alone needs a domain and an audience, also in production', async t => {
  const env = t.intercept(process, 'env', { value: { ...process.env, NODE_ENV: 'production' } })
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, options)
  env.restore()
  const handler = async () => ({ done: true })
  app.get('/orders', { onRequest: app.auth0.requireToken({ scopes: 'read:orders write:orders' }) }, handler)
  app.get('/declared', { config: { auth0: { token: { permissions: 'read' } } } }, handler)
  const ask = async (url: string, bearer?: string) =>
    await app.inject({ url, headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } })
  t.equal((await ask('/orders')).statusCode, 401)
  t.equal((await ask('/orders', token({ scope: 'read:orders' }))).statusCode, 403)
  t.equal((await ask('/orders', token({ scope: 'read:orders write:orders' }))).statusCode, 200)
  t.equal((await ask('/declared', token({ permissions: ['read'] }))).statusCode, 200)
  t.equal((await ask('/declared', token({ permissions: [] }))).statusCode, 403)
})

t.test('what needs a session or a client says what is missing', async t => {
  const app = fastify({ pluginTimeout: 0 })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, options)
  app.get('/session', async request => await request.getSession())
  app.get('/login', async request => ({ url: await request.auth0.startInteractiveLogin() }))
  await app.ready()
  for (const path of ['/session', '/login']) {
    const answer = await app.inject({ url: path, headers: { host: 'api.example.com' } })
    t.match(answer.json(), { statusCode: 500, message: /"clientId"/ }, `${path}: ${answer.body}`)
  }
  const exchange = { subjectToken: 'a', subjectTokenType: 'urn:example:token' }
  await t.rejects(app.auth0.customTokenExchange(exchange), { code: 'configuration_error', option: 'clientId' })
  const guarded = fastify({ pluginTimeout: 0 })
  await guarded.register(fastifyAuth0, options)
  t.throws(() => guarded.get('/', { preHandler: guarded.auth0.requireSession }, async () => ''),
    { message: /guards an API only/ })
  t.throws(() => guarded.get('/both', { preHandler: guarded.auth0.requireSessionOrToken() }, async () => ''),
    { message: /guards an API only/ })
  await guarded.close()
})

t.test('a token made at home is told what it lacks', async t => {
  const logs: string[] = []
  const app = fastify({ pluginTimeout: 0, logger: { stream: { write: (line: string) => logs.push(line) } } })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, { ...options, api: { audience: 'orders' } })
  app.get('/', { onRequest: app.auth0.requireToken() }, async () => 'done')
  const ask = async (bearer: string) =>
    (await app.inject({ url: '/', headers: { authorization: `Bearer ${bearer}` } })).statusCode
  t.equal(await ask(token({ aud: 'orders' })), 401)
  t.match(logs.join(''), /its audience is not a URI, and it has none of the claims \\"azp\\"/)
  t.equal(await ask(token({ aud: 'orders', scope: 'a' })), 200)
})
