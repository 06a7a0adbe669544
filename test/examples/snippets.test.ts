import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import fp from 'fastify-plugin'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import blank from 'ts-blank-space'
import '../self-reference.js'
import { fastifyAuth0, StepUpRequiredError } from '../../lib/index.js'
import { createTenant, sessionCookie } from '../../lib/testing/index.js'
import type { Auth0Options } from '../../types/index.js'
import { blocksOf, guides, readPage } from './documents.js'

/** Pages whose code is that of a running example or is run by a test of their own. */
const ELSEWHERE = ['spa.md', 'migration.md']

const audience = 'https://api.example.com'
const tenant = await createTenant({
  issuer: 'https://acme.eu.auth0.com/',
  users: [{ sub: 'auth0|ada', email: 'ada@example.com', name: 'Ada', password: 'correct horse' }],
  clients: [{ clientId: 'app', clientSecret: 'secret' }],
  resourceServers: [{ identifier: audience, scopes: ['read:orders', 'write:orders'] }, {
    identifier: 'https://app.example.com/mcp',
    scopes: ['read:menu', 'read:orders']
  }]
})
t.teardown(() => tenant.close())

const options = {
  clientId: 'app',
  clientSecret: 'secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a session secret of enough characters'
}
const settings = { ...options, domain: tenant.domain, customFetch: tenant.fetch }
const variables = {
  AUTH0_DOMAIN: tenant.domain,
  AUTH0_CLIENT_ID: 'app',
  AUTH0_CLIENT_SECRET: 'secret',
  APP_BASE_URL: 'http://localhost:3000',
  SESSION_SECRET: options.sessionSecret
}

/** The plugin, whose calls go to the tenant unless a block says otherwise. */
const auth0 = Object.assign(async (fastify: FastifyInstance, given: Auth0Options) =>
  await (fastifyAuth0 as unknown as (...args: unknown[]) => Promise<void>)(fastify, {
    customFetch: tenant.fetch,
    ...given
  }), fastifyAuth0)

type Names = Record<string, unknown>
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...parts: string[]) => (
  ...args: unknown[]
) => Promise<Names>

/**
 * Runs a block as the body of a function that gets these names, and returns the names that it declares.
 * An import of a module that `modules` has gets that one.
 */
async function run (code: string, names: Names, modules: Record<string, unknown> = {}): Promise<Names> {
  const declared = [...code.matchAll(/^(?:export )?const (\w+) =/gmu)].map(([, name]) => name)
  const body = blank(code)
    .replace(/^import (\w+)?(?:, )?(\{[^}]*\})? ?from ('[^']+')/gmu, (_all, all?: string, some?: string, from?: string) =>
      [all && `const { default: ${all} } = await load(${from})`, some && `const ${some} = await load(${from})`]
        .filter(Boolean).join('; '))
    .replace(/^export (?=const)/gmu, '')
  const load = async (name: string): Promise<unknown> => modules[name] ?? await import(name)
  const given = Object.entries({ auth0, domain: tenant.domain, options: settings, load, ...names })
    .filter(([name]) => !declared.includes(name) && !new RegExp(`^import ${name}\\b|^import [^\\n]*\\b${name}\\b[^\\n]* from`, 'mu').test(code))
  return await new AsyncFunction(...given.map(([name]) => name), `${body}\nreturn { ${declared.join(', ')} }`)(
    ...given.map(([, value]) => value))
}

/** An application, closed with the test. */
function newApp (t: Test): FastifyInstance {
  const fastify = Fastify()
  t.teardown(() => fastify.close())
  return fastify
}

/** An access token of the tenant, by client credentials. */
async function token (scope: string, of = audience): Promise<{ authorization: string }> {
  const response = await tenant.fetch(`https://${tenant.domain}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'secret', audience: of, scope })
  })
  const { access_token: accessToken } = await response.json() as { access_token: string }
  return { authorization: `Bearer ${accessToken}` }
}

/** A client of a store that is not there: it remembers what was asked of it. */
class Client extends EventEmitter {
  asked: string[] = []
  connect = async (): Promise<void> => {
    this.asked.push(`connect with ${this.listenerCount('error')} error listener`)
  }

  query = async (text: string): Promise<object> => {
    this.asked.push(text)
    return { rows: [], rowCount: 0 }
  }

  get = async (): Promise<null> => null
  hmGet = async (): Promise<null[]> => []
  eval = async (): Promise<null> => null
}

const handler = (request: FastifyRequest): unknown => request.auth0.token?.sub ?? 'ok'
const ada = { sub: 'auth0|ada', name: 'Ada' }

/** What a user's test calls: an application with a page. */
async function buildApp (changes: object = {}): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(auth0, { ...settings, ...changes } as Auth0Options)
  app.get('/dashboard', { preHandler: app.auth0.requireSession }, async request => `Hello ${request.auth0.user.name}`)
  return app
}

/** A test runner that runs its one test at the end of the block. */
function runner (t: Test): { modules: Record<string, unknown>, finish: () => Promise<void> } {
  let body: ((t: unknown) => Promise<void>) | undefined
  const ends: (() => unknown)[] = []
  const test = (name: string, run: typeof body): void => {
    t.equal(name, 'greets the user')
    body = run
  }
  const end = (run: () => unknown): void => {
    ends.push(run)
  }
  const expect = (value: unknown): object => ({ toBe: (wanted: unknown) => t.equal(value, wanted) })
  return {
    modules: {
      '../app.js': { buildApp },
      'node:assert/strict': { default: { equal: t.equal } },
      'node:test': { test },
      vitest: { test, expect, onTestFinished: end },
      tap: { default: { test } },
      '@jest/globals': { test, expect, afterAll: end }
    },
    async finish () {
      await body!({ after: end, teardown: end, equal: t.equal })
      t.equal(ends.length, 1)
      for (const end of ends) await end()
    }
  }
}

type Check = (t: Test, code: string) => Promise<unknown>

/** An API: what its routes answer without a token, and with one. */
function api (method: 'GET' | 'POST', url: string, refused: number, accepted: number): Check {
  return async (t, code) => {
    const fastify = newApp(t)
    await run(code, { fastify, handler })
    t.equal((await fastify.inject({ method, url })).statusCode, 401)
    t.equal((await fastify.inject({ method, url, headers: await token('write:orders') })).statusCode, refused)
    t.equal((await fastify.inject({ method, url, headers: await token('read:orders') })).statusCode, accepted)
  }
}

const testing: Check = async (t, code) => {
  const { modules, finish } = runner(t)
  await run(code, {}, modules)
  await finish()
}

const autoload = new Map<string, string>()
const file: Check = async (t, code) => {
  autoload.set(/^\/\/ (\S+)/u.exec(code)![1]!, code)
  if (autoload.size < 3) return
  const folder = mkdtempSync(fileURLToPath(new URL('../../node_modules/.cache/app-', import.meta.url)))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(`${folder}/plugins`)
  mkdirSync(`${folder}/routes`)
  writeFileSync(`${folder}/package.json`, '{ "type": "module" }')
  for (const [name, text] of autoload) writeFileSync(`${folder}/${name}`, text)
  Object.assign(process.env, variables)
  t.teardown(() => {
    for (const name of Object.keys(variables)) delete process.env[name]
  })
  const { default: plugin } = await import(pathToFileURL(`${folder}/app.js`).href) as { default: () => Promise<void> }
  const fastify = newApp(t)
  await fastify.register(fp(plugin))
  t.equal((await fastify.inject('/account')).statusCode, 401)
  const cookie = await sessionCookie(fastify, { user: ada })
  t.match((await fastify.inject({ url: '/account', headers: { cookie } })).json(), ada)
}

const helmet: Check = async (t, code) => {
  const fastify = newApp(t)
  await fastify.register(auth0, settings)
  await run(code, { fastify, helmet: (await import('@fastify/helmet')).default })
  t.match((await fastify.inject('/auth/logout')).headers['content-security-policy'],
    /form-action 'self' https:\/\/acme\.eu\.auth0\.com https:\/\/app\.example\.com/)
}

/** Each block of README and guides, in order. */
const checks: Record<string, Check[]> = {
  'README.md': [
    async (t, code) => {
      let said = ''
      const app = newApp(t)
      await run(code.replace('port: 3000', 'port: 0'), {
        process: { env: variables },
        console: {
          log (text: string) {
            said = text
          }
        }
      }, { fastify: { default: () => app }, 'fastify-auth0': { default: auth0 } })
      t.match(said, /^http:\/\//)
      t.match((await app.inject('/')).headers, { 'content-type': /^text\/html/ })
      t.equal((await app.inject('/dashboard')).statusCode, 401)
      const cookie = await sessionCookie(app, { user: ada })
      t.equal((await app.inject({ url: '/dashboard', headers: { cookie } })).body, 'Hello Ada')
    },
    api('GET', '/orders', 403, 200),
    async (t, code) => {
      const fastify = newApp(t)
      const redis = new Client()
      await run(code, { fastify, process: { env: {} } }, { redis: { createClient: () => redis } })
      await fastify.ready()
      t.strictSame(redis.asked, ['connect with 1 error listener'])
    },
    async (t, code) => {
      const app = await buildApp()
      t.teardown(() => app.close())
      t.match(await run(code, { app }), { response: { body: 'Hello Ada' } })
    }
  ],
  'apis.md': [
    api('GET', '/orders', 403, 200),
    api('POST', '/payments', 401, 401),
    async (t, code) => {
      const fastify = newApp(t)
      await fastify.register(auth0, settings)
      await run(code, { fastify })
      fastify.get('/pay', async () => { throw new StepUpRequiredError('Log in again.', { maxAge: 300 }) })
      const cookie = await sessionCookie(fastify, { user: ada })
      t.match(await fastify.inject({ url: '/pay', headers: { cookie } }), { statusCode: 401, body: /loginUrl.*max_age=300/ })
    },
    async (t, code) => {
      const fastify = newApp(t)
      await run(code, { fastify })
      fastify.get('/orders', { onRequest: fastify.auth0.requireToken() }, handler)
      t.equal((await fastify.inject({ url: '/orders', headers: await token('read:orders') })).statusCode, 200)
    },
    async (t, code) => {
      const fastify = newApp(t)
      await run(code, { fastify, handler })
      const call = async (scope: string): Promise<number> => (await fastify.inject({
        method: 'POST',
        url: '/mcp',
        headers: await token(scope, 'https://app.example.com/mcp'),
        payload: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_orders' } }
      })).statusCode
      t.equal(await call('read:menu'), 403)
      t.equal(await call('read:menu read:orders'), 200)
      t.match((await fastify.inject('/.well-known/oauth-protected-resource/mcp')).json(), { resource_name: 'Orders' })
    }
  ],
  'deployment.md': [
    async (t, code) => {
      const ends: string[] = []
      let stop: (() => void) | undefined
      await run(code, {
        fastify: { close: () => ends.push('closed') },
        process: {
          once (signal: string, listener: () => void) {
            t.equal(signal, 'SIGTERM')
            stop = listener
          }
        }
      })
      stop!()
      t.strictSame(ends, ['closed'])
    },
    async (t, code) => {
      const { PostgresSessionStore } = await import('../../lib/stores/index.js')
      const [redis, pool] = [new Client(), new Client()]
      await run(code, {
        fastify: newApp(t),
        process: { env: {} },
        createClient: () => redis,
        pg: { Pool: class { constructor () { return pool } } },
        PostgresSessionStore
      })
      t.match([redis.listenerCount('error'), pool.listenerCount('error')], [1, 1])
      t.ok(pool.asked.some(sql => /create table/iu.test(sql)))
    },
    helmet
  ],
  'options.md': [async (t, code) => t.match(blank(code).trim(), '', 'types only')],
  'plugins.md': [
    file,
    file,
    file,
    async (t, code) => {
      const { options } = await run(code, {})
      t.strictSame(Fastify(options as object).initialConfig.trustProxy, undefined)
      t.match(options, { trustProxy: '10.0.0.1' })
    },
    helmet,
    async (t, code) => {
      const fastify = newApp(t)
      await run(code, { fastify })
      fastify.get('/orders', handler)
      const origin = 'https://app.example.com'
      const preflight = await fastify.inject({
        method: 'OPTIONS',
        url: '/orders',
        headers: { origin, 'access-control-request-method': 'GET' }
      })
      t.match(preflight, { statusCode: 204, headers: { 'access-control-allow-origin': origin } })
      t.equal((await fastify.inject('/orders')).statusCode, 401)
      t.equal((await fastify.inject({ url: '/orders', headers: await token('read:orders') })).statusCode, 200)
    }
  ],
  'testing.md': [
    testing,
    testing,
    testing,
    testing,
    async (t, code) => {
      const app = await buildApp()
      t.teardown(() => app.close())
      t.match(await run(code, { app }), { response: { body: 'Hello Ada' } })
    },
    async (t, code) => {
      const apps: FastifyInstance[] = []
      t.teardown(async () => {
        for (const app of apps) await app.close()
      })
      const build = async (changes: object): Promise<FastifyInstance> => {
        apps.push(await buildApp({ clientId: 'app', clientSecret: 'secret', ...changes }))
        return apps[0]!
      }
      t.match(await run(code, { buildApp: build }), { done: { statusCode: 302, headers: { location: /example\.com/ } } })
    }
  ]
}

for (const page of [readPage('README.md'), ...guides]) {
  const name = page.path.replace('examples/guides/', '')
  if (ELSEWHERE.includes(name)) continue
  const blocks = blocksOf(page).filter(({ language }) => /^(?:js|ts|mjs)$/u.test(language))
  t.equal(blocks.length, checks[name]?.length ?? 0, `${name}: each block is run`)
  for (const [i, { code }] of blocks.entries()) {
    t.test(`${name}, block ${i + 1}: ${code.split('\n')[0]}`, async t => {
      await checks[name]?.[i]?.(t, code)
    })
  }
}
