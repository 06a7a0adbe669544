import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tracingChannel } from 'node:diagnostics_channel'
import { fileURLToPath, pathToFileURL } from 'node:url'
import fp from 'fastify-plugin'
import Fastify, { type FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import blank from 'ts-blank-space'
import { StepUpRequiredError } from '../../lib/index.js'
import type { RedisClient } from '../../lib/stores/index.js'
import { sessionCookie, SoftwareDevice } from '../../lib/testing/index.js'
import { blocksOf, guides, readPage } from './documents.js'
import {
  ada, auth0, buildApp, Client, handler, newApp, run, runner, settings, tenant, token, variables
} from './snippets.js'

t.teardown(() => tenant.close())

/** Pages whose code is that of a running example or is run by a test of their own. */
const ELSEWHERE = ['spa.md', 'migration.md']

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
      const refused = await fastify.inject({ url: '/pay', headers: { cookie } })
      t.match(refused, { statusCode: 401, body: /loginUrl.*max_age=300/ })
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
      const { MemoryRevocationStore } = await import('../../lib/stores/index.js')
      const cases: (() => Promise<void>)[] = []
      const test = (_name: string, run: () => Promise<void>): unknown => cases.push(run)
      await run(code, { MyRevocationStore: MemoryRevocationStore, test })
      for (const run of cases) await t.resolves(run())
      t.ok(cases.length > 5)
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
    async (t, code) => {
      const { createClient, createCluster } = await import('redis')
      const { Redis } = await import('ioredis')
      class Later extends Redis {
        constructor (options: object) {
          super({ ...options, lazyConnect: true })
        }
      }
      const clients = await run(code, { createClient, createCluster, Redis: Later })
      const { RedisSessionStore } = await import('../../lib/stores/index.js')
      for (const client of Object.values(clients)) t.ok(new RedisSessionStore({ client: client as RedisClient }))
      t.equal(Object.keys(clients).length, 3)
    },
    async (t, code) => {
      const app = await buildApp()
      t.teardown(() => app.close())
      const { handler } = await run(code, { app }) as { handler: (event: object, context: object) => Promise<object> }
      t.match(await handler({
        version: '2.0',
        rawPath: '/dashboard',
        rawQueryString: '',
        headers: { host: 'app.example.com' },
        requestContext: { http: { method: 'GET', path: '/dashboard' } }
      }, {}), { statusCode: 401 })
    },
    helmet,
    async (t, code) => {
      const fastify = newApp(t)
      await fastify.register(auth0, settings)
      await run(code, { fastify })
      t.strictSame((await fastify.inject('/live')).json(), { ok: true })
      t.strictSame((await fastify.inject('/ready')).json(), { ok: true })
    }
  ],
  'device-bound-sessions.md': [
    async (t, code) => {
      const fastify = newApp(t)
      await run(code, { fastify })
      t.ok(fastify.hasRoute({ method: 'POST', url: '/auth/dbsc/register' }))
    },
    async (t, code) => {
      const app = await buildApp({ sessionConfiguration: { deviceBound: true } })
      t.teardown(() => app.close())
      const asked: unknown[] = []
      class Device extends SoftwareDevice {
        override register = async (...given: unknown[]): Promise<boolean> => asked.push(given[0]) > 0

        override refresh = async (): Promise<'later'> => 'later'
      }
      const { cookie } = await run(code, { app, callbackResponse: 'the answer', send: () => {} }, {
        'fastify-auth0/testing': { sessionCookie, SoftwareDevice: Device }
      })
      t.match(cookie, /=.*;.*=/, 'the session and its bound cookie')
      t.strictSame(asked, ['the answer'])
    }
  ],
  'errors.md': [
    async (t, code) => {
      const fastify = newApp(t)
      await run(code, { fastify })
      fastify.get('/auth0', async () => { throw new StepUpRequiredError('Log in again.', { maxAge: 300 }) })
      fastify.get('/own', async () => { throw Object.assign(new Error('mine'), { statusCode: 418 }) })
      t.match(await fastify.inject('/auth0'), { statusCode: 401, body: '{"code":"insufficient_user_authentication"}' })
      t.match(await fastify.inject('/own'), { statusCode: 418, body: /mine/ })
    }
  ],
  'options.md': [async (t, code) => t.match(blank(code).trim(), '', 'types only')],
  'plugins.md': [
    file,
    file,
    file,
    async (t, code) => {
      const { options } = await run(code, {})
      const fastify = Fastify(options as object)
      fastify.get('/', async request => request.protocol)
      const headers = { 'x-forwarded-proto': 'https' }
      const from = async (remoteAddress: string): Promise<string> =>
        (await fastify.inject({ url: '/', headers, remoteAddress })).body
      t.strictSame([await from('10.0.0.1'), await from('10.0.0.2')], ['https', 'http'])
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
  'telemetry.md': [
    async (t, code) => {
      const { stop } = await run(code, { tracerProvider: undefined, meterProvider: undefined })
      t.type(stop, 'function')
      ;(stop as () => void)()
    },
    async (t, code) => {
      const { FastifyOtelInstrumentation } = await import('@fastify/otel')
      const attributes: unknown[] = []
      class Hooked extends FastifyOtelInstrumentation {
        constructor (options: { requestHook: (span: object, request: object) => void }) {
          super()
          options.requestHook({ setAttribute: (...pair: unknown[]) => attributes.push(pair) }, { url: '/a?code=b' })
        }
      }
      await run(code, { FastifyOtelInstrumentation: Hooked })
      t.strictSame(attributes, [['url.path', '/a']])
    },
    async (t, code) => {
      const ignored: boolean[] = []
      class HttpInstrumentation {
        constructor (options: { ignoreIncomingRequestHook: (request: object) => boolean }) {
          for (const url of ['/auth/callback?code=a', '/']) ignored.push(options.ignoreIncomingRequestHook({ url }))
        }
      }
      await run(code, { HttpInstrumentation })
      t.strictSame(ignored, [true, false])
    },
    async (t, code) => {
      const told: object[] = []
      await run(code, { console: { log: (what: object) => told.push(what) } })
      await tracingChannel('fastify-auth0:refresh').tracePromise(async () => {}, { outcome: 'success' } as object)
      t.match(told, [{ outcome: 'success' }])
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
      const app = await buildApp()
      t.teardown(() => app.close())
      app.post('/orders', { preHandler: app.auth0.requireSameOrigin }, async () => 'ordered')
      const cookie = await sessionCookie(app, { user: ada })
      t.match(await run(code, { app, cookie }), { ordered: { statusCode: 200 } })
    },
    async (t, code) => {
      const apps: FastifyInstance[] = []
      t.teardown(async () => {
        for (const app of apps) await app.close()
      })
      const build = async (changes: object): Promise<FastifyInstance> => {
        apps.push(await buildApp(changes))
        return apps[0]!
      }
      const { done } = await run(code, { buildApp: build })
      t.match(done, { statusCode: 302, headers: { location: /^http:\/\/localhost:3000\/?$|^\/$/ } })
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
