import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { hintOf } from '../../lib/flows/hints.js'
import { clockWatch } from '../../lib/flows/clock-watch.js'
import { setupWarnings } from '../../lib/flows/setup-warnings.js'
import { startUp } from '../../lib/flows/start-up.js'
import fastifyAuth0 from '../../lib/index.js'
import {
  MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore, MemoryTransactionStore
} from '../../lib/stores/index.js'
import type { Auth0Options, TransactionStore } from '../../types/index.js'
import { metadataOf } from '../fixtures/tenant-metadata.js'
import { createTestKey } from '../tokens/jws-builder.js'
import { until } from '../until.js'
import { parsedOptions as config } from './parsed-options.js'

const issuer = 'https://acme.eu.auth0.com/'
const key = createTestKey('ES256')
const secret = 'canary-7d1f'

interface Tenant {
  down: boolean
  /** Seconds its clock is ahead, and for which a cache has kept the answer. */
  ahead?: number
  age?: number
  jwks?: () => Response
}

/** A server whose tenant lists what it is asked, and the warnings of its log. */
async function site (t: Test, options: Partial<Auth0Options> = {}, tenant: Tenant = { down: false }) {
  const asked: string[] = []
  const warnings: Record<string, unknown>[] = []
  const clock = { now: Math.floor(Date.now() / 1000) }
  const app = fastify({
    pluginTimeout: 0,
    logger: {
      level: 'warn',
      stream: {
        write: line => {
          warnings.push(JSON.parse(line) as Record<string, unknown>)
        }
      }
    }
  })
  t.teardown(async () => await app.close())
  await app.register(fastifyAuth0, {
    domain: 'acme.eu.auth0.com',
    clientId: 'client-1',
    clientSecret: 'a secret',
    appBaseUrl: 'http://localhost:3000',
    sessionSecret: 'a session secret of enough characters',
    now: () => clock.now,
    customFetch: async input => {
      const { pathname } = new URL(String(input))
      asked.push(pathname)
      await new Promise(resolve => setImmediate(resolve))
      if (tenant.down) throw new Error(`ECONNREFUSED ${secret}`)
      if (pathname.endsWith('jwks.json')) return tenant.jwks?.() ?? Response.json({ keys: [key.jwk] })
      const { ahead, age = 0 } = tenant
      const date = new Date((clock.now + (ahead ?? 0) - age) * 1000).toUTCString()
      return Response.json(metadataOf(issuer), { headers: ahead === undefined ? {} : { date, age: String(age) } })
    },
    ...options
  })
  return { app, asked, warnings, clock, tenant }
}

t.test('a server that listens has metadata and keys before its first visitor', async t => {
  const { app, asked, warnings } = await site(t)
  await app.ready()
  t.strictSame(asked, [], 'being ready asks for nothing')
  await app.listen({ port: 0 })
  await until(() => asked.length === 2)
  t.strictSame(asked, ['/.well-known/openid-configuration', '/.well-known/jwks.json'])
  t.equal((await app.inject('/auth/login')).statusCode, 302)
  t.equal(asked.length, 2)
  t.strictSame(warnings, [])
})

t.test('a tenant that cannot be reached does not keep a server from starting', async t => {
  const { app, warnings } = await site(t, {}, { down: true })
  await app.listen({ port: 0 })
  await until(() => warnings.length === 2)
  t.match(warnings, [{ code: 'start_check_failed', check: 'metadata' }, { check: 'keys' }])
  t.equal((await app.inject('/auth/login')).statusCode, 502)
})

t.test('with several domains nothing is asked for', async t => {
  const { app, asked } = await site(t, { domain: () => 'acme.eu.auth0.com' })
  await app.listen({ port: 0 })
  t.strictSame(await app.auth0.check(), { ok: true, checks: [] })
  t.equal((await app.inject('/auth/login')).statusCode, 302)
  t.strictSame(asked, ['/.well-known/openid-configuration'])
})

/** A store that fails or hangs, whatever it is asked. */
const broken = <T>(error: unknown): T => new Proxy({}, {
  get: (_, name) => name === 'forRegistration'
    ? undefined
    : async () => {
      if (error === 'never') await new Promise(() => {})
      throw error
    }
}) as T

t.test('what a store that is not set up says at start, and what to do', async t => {
  const missing = Object.assign(new Error(`relation "auth0_sessions" does not exist ${secret}`), { code: '42P01' })
  const cases: [problem: unknown, told: RegExp][] = [
    [missing, /table is missing in PostgreSQL.*await store\.migrate\(\)/],
    [Object.assign(new Error('permission denied'), { code: '42501' }), /too few rights/],
    [new Error('NOPERM this user has no permissions'), /too few rights/],
    [Object.assign(new Error(`no password ${secret}`), { code: '28P01' }), /user name and password/],
    [new Error('NOAUTH Authentication required.'), /user name and password/],
    [new Error('The client is closed'), /Redis client is not connected.*await client\.connect\(\)/],
    [Object.assign(new Error(`redis://u:${secret}@host`), { code: 'ECONNREFUSED' }), /The call failed: ECONNREFUSED\./],
    [`no error object ${secret}`, /The call failed/],
    [undefined, /The call failed/],
    ['never', /No answer within 0\.05 s/]
  ]
  for (const [problem, told] of cases) {
    const { app, warnings } = await site(t, {
      sessionStore: broken(problem),
      sessionConfiguration: { storeTimeout: 0.05 }
    })
    await app.listen({ port: 0 })
    await until(() => warnings.length > 0)
    t.match(warnings, [{ code: 'start_check_failed', check: 'sessionStore', msg: told }])
    t.notMatch(JSON.stringify(warnings), secret)
  }
})

t.test('check() tries metadata, keys and each store that the options name', async t => {
  const stores = {
    transactionStore: new MemoryTransactionStore(),
    revocationStore: new MemoryRevocationStore(),
    refreshStore: new MemoryRefreshStore()
  }
  const { app, asked } = await site(t, stores)
  const { ok, checks } = await app.auth0.check()
  t.ok(ok)
  t.strictSame(checks.map(({ name }) => name), ['metadata', 'keys', ...Object.keys(stores)])
  t.ok(checks.every(check => check.ok && Number.isInteger(check.ms) && check.ms >= 0 && !('error' in check)))
  const [first, second] = await Promise.all([app.auth0.check(), app.auth0.check()])
  t.equal(first, second, 'callers at the same time share one check')
  t.not(await app.auth0.check(), first)
  t.equal(asked.length, 2, 'what is fresh is not fetched again')
  for (const name of Object.keys(stores)) {
    const away = Object.assign(new Error(secret), { code: 'ECONNREFUSED' })
    const { app } = await site(t, { ...stores, [name]: broken(away) })
    const { ok, checks } = await app.auth0.check()
    t.equal(ok, false)
    t.strictSame(checks.filter(check => !check.ok).map(check => check.name), [name])
    t.match(checks.find(check => !check.ok)?.error, /^The call failed: ECONNREFUSED\./, name)
    t.notMatch(JSON.stringify(checks), secret)
  }
})

t.test('check() shows a store the cookies of nobody', async t => {
  const seen: unknown[] = []
  const transactionStore: TransactionStore = {
    set: () => {},
    take (jar) {
      jar.set('a', 'b', { path: '/', httpOnly: true, secure: true, sameSite: 'lax' })
      jar.clear('a', { path: '/', httpOnly: true, secure: true, sameSite: 'lax' })
      seen.push(jar.get('a'), jar.entries(''), jar.family('a'), jar.names(''), jar.writable)
      return undefined
    },
    delete: () => {}
  }
  const { app } = await site(t, { transactionStore })
  t.equal((await app.auth0.check()).ok, true)
  t.strictSame(seen, [undefined, [], [], [], false])
})

t.test('check() while the tenant is away: old metadata and keys are good enough for a day', async t => {
  const { app, tenant, clock } = await site(t, {}, { down: true })
  const failed = await app.auth0.check()
  t.match(failed, { ok: false, checks: [{ name: 'metadata', ok: false }, { name: 'keys', ok: false }] })
  t.match(failed.checks[0]?.error, /^network_error: The request to acme\.eu\.auth0\.com failed/)
  tenant.down = false
  t.equal((await app.auth0.check()).ok, true)
  tenant.down = true
  clock.now += 3600
  t.equal((await app.auth0.check()).ok, true)
  clock.now += 2 * 86_400
  t.equal((await app.auth0.check()).ok, false)
})

t.test('the readiness probe of the guide', async t => {
  const guide = readFileSync(new URL('../../examples/guides/deployment.md', import.meta.url), 'utf8')
  const { app, tenant } = await site(t, {}, { down: true })
  runInNewContext(/^```js\n(fastify\.get\('\/live'.*?)^```$/ms.exec(guide)![1]!, { fastify: app })
  const ask = async (url: string): Promise<unknown[]> => {
    const { statusCode, body } = await app.inject(url)
    return [statusCode, body]
  }
  t.strictSame(await ask('/ready'), [503, '{"ok":false}'])
  t.strictSame(await ask('/live'), [200, '{"ok":true}'])
  tenant.down = false
  t.strictSame(await ask('/ready'), [200, '{"ok":true}'])
})

t.test('check() does not show what the tenant answers', async t => {
  const { app } = await site(t, {}, {
    down: false,
    jwks: () => Response.json({ error: 'bad', error_description: secret }, { status: 500 })
  })
  const { checks } = await app.auth0.check()
  t.match(checks, [{ ok: true }, { ok: false, error: /status 500/ }])
  t.notMatch(JSON.stringify(checks), secret)
})

t.test('a clock that is off is told once', async t => {
  const told: [ahead: number | undefined, age: number, off: RegExp | undefined][] = [
    [600, 0, /600 seconds behind that of acme/],
    [-601, 0, /601 seconds ahead of that of acme/],
    [20, 0, undefined],
    [0, 500, undefined],
    [undefined, 0, undefined]
  ]
  for (const [ahead, age, off] of told) {
    const start: Tenant = { down: false, age, ...(ahead !== undefined && { ahead }) }
    const { app, warnings, clock, tenant } = await site(t, {}, start)
    for (let times = 0; times < 2; times++) {
      await app.auth0.check()
      clock.now += 601
    }
    t.match(warnings, off === undefined ? [] : [{ code: 'clock_off', msg: off }])
    t.equal(warnings.length, off === undefined ? 0 : 1)
    if (off === undefined) continue
    tenant.ahead = 0
    await app.auth0.check()
    clock.now += 601
    tenant.ahead = 100
    await app.auth0.check()
    t.equal(warnings.length, 2, 'and again after it was right')
  }
})

t.test('stores in memory are told of where several processes serve the application', t => {
  const all = {
    sessionStore: new MemorySessionStore(),
    transactionStore: new MemoryTransactionStore(),
    revocationStore: new MemoryRevocationStore()
  }
  const codes = (options: Partial<Auth0Options>, several?: boolean) =>
    setupWarnings(config(options), several).map(({ code, message }) => `${code} ${/"(\w+)"/.exec(message)?.[1] ?? ''}`)
  t.strictSame(codes(all, true), Object.keys(all).map(name => `memory_store_in_cluster ${name}`))
  t.strictSame(codes({ refreshStore: new MemoryRefreshStore() }, true), ['memory_store_in_cluster refreshStore'])
  t.strictSame(codes(all, false), [])
  t.strictSame(codes({}, true), [])
  const refreshStore = new MemoryRevocationStore() as never
  t.strictSame(codes({ refreshStore, revocationStore: refreshStore }, true),
    ['memory_store_in_cluster revocationStore'], 'one store for both is told of once')
  for (const [instance, count] of [[undefined, 0], ['0', 0], ['1', 3], ['2', 3]] as const) {
    const { NODE_APP_INSTANCE: _, ...env } = process.env
    const restore = t.intercept(process, 'env', {
      value: { ...env, ...(instance !== undefined && { NODE_APP_INSTANCE: instance }) }
    })
    t.equal(codes(all).length, count, instance ?? 'none')
    restore.restore()
  }
  const imported = { importSessions: { auth0Fastify: { secret: 'a secret of another library, long enough' } } }
  const revoked = { ...imported, revocationStore: all.revocationStore }
  for (const [env, options, told] of [
    ['production', imported, ['import_without_revocation_store importSessions']],
    ['production', revoked, []],
    ['production', {}, []],
    ['test', imported, []]
  ] as const) {
    const restore = t.intercept(process, 'env', { value: { ...process.env, NODE_ENV: env } })
    t.strictSame(codes(options as never, false), told, env)
    restore.restore()
  }
  t.end()
})

t.test('how far clocks may be apart', t => {
  const told: unknown[] = []
  const watch = clockWatch({ clockTolerance: 30 } as never, { warn: (...args: unknown[]) => told.push(args) } as never)
  for (const seconds of [30, -30, 0]) watch('a.test', seconds)
  t.strictSame(told, [])
  watch('a.test', -30.6)
  watch('a.test', 31)
  t.match(told, [[{ code: 'clock_off', seconds: -31 }, /is 31 seconds behind that of a\.test.*\(30 seconds\)/]])
  watch('a.test', 30)
  watch('b.test', 30.6)
  t.match(told[1], [{ code: 'clock_off', seconds: 31 }, /is 31 seconds ahead of that of b\.test/])
  t.equal(told.length, 2)
  t.end()
})

t.test('what signs tokens is loaded at start where something is signed', async t => {
  const key = {}
  for (const [config, times] of [
    [{}, 0],
    [{ assertion: key }, 1],
    [{ requestObject: key }, 1],
    [{ dpop: key }, 1],
    [{ assertion: key, dpop: key }, 1]
  ] as const) {
    let loads = 0
    const told: unknown[] = []
    const checks = [{ name: 'keys', error: 'away' }, { name: 'metadata' }]
    await startUp(config as never, async () => ({ ok: false, checks }) as never,
      { warn: (...args: unknown[]) => told.push(args) } as never, async () => { loads++ })
    t.equal(loads, times, Object.keys(config).join())
    t.match(told, [[{ code: 'start_check_failed', check: 'keys' }, /"keys" does not work: away/]])
    t.equal(told.length, 1)
  }
})

t.test('a hint is found in an error or in its causes, three of them at most', async t => {
  const hint = /await store\.migrate\(\)/
  const below = (levels: number): Error =>
    levels === 0 ? Object.assign(new Error('x'), { code: '42P01' }) : new Error('outer', { cause: below(levels - 1) })
  for (let levels = 0; levels <= 3; levels++) t.match(hintOf(below(levels)), hint, `${levels} above it`)
  t.equal(hintOf(below(4)), undefined)
  for (const error of [new Error('x'), { code: '42P01' }, 'text', undefined]) t.equal(hintOf(error), undefined)
})
