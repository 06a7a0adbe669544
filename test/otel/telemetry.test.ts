import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from
  '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan
} from '@opentelemetry/sdk-trace-base'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { trace, traceChannel } from '../../lib/base/trace.js'
import { ApiError } from '../../lib/errors.js'
import fastifyAuth0 from '../../lib/index.js'
import { CHANNELS } from '../../lib/otel/channels.js'
import { instrument } from '../../lib/otel/index.js'
import { MemoryRefreshStore, MemoryRevocationStore, MemorySessionStore } from '../../lib/stores/index.js'
import type { Auth0Options, TraceMessage, TransactionStore } from '../../types/index.js'
import { Site } from '../flows/site.js'

const CANARY = 'canary'

/** A store that answers later, as one of another server does. */
function later<T extends object> (store: T): T {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).filter(name =>
    name !== 'constructor' && typeof Reflect.get(store, name) === 'function')
  return Object.fromEntries(methods.map(name => {
    const method = Reflect.get(store, name) as (...args: unknown[]) => unknown
    return [name, async (...args: unknown[]) => await method.apply(store, args)]
  })) as T
}

function transactions (): TransactionStore {
  const kept = new Map<string, Parameters<TransactionStore['set']>[2]>()
  return {
    set: (_, state, transaction) => { kept.set(state, transaction) },
    take (_, state) {
      const found = kept.get(state)
      kept.delete(state)
      return found
    },
    delete: (_, state) => { if (state !== undefined) kept.delete(state) }
  }
}

interface Watched {
  /** `<channel>:<event>`, and what the message was then. */
  told: { channel: string, event: string, message: TraceMessage, text: string }[]
}

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

/** Listens to every channel of the plugin while the test runs. */
function watch (t: Test): Watched {
  const told: Watched['told'] = []
  const listeners: [name: string, listener: (message: unknown) => void][] = ['event', ...Object.keys(CHANNELS)]
    .flatMap(channel => (channel === 'event' ? [''] : EVENTS).map(event => [
      event === '' ? 'fastify-auth0:event' : `tracing:fastify-auth0:${channel}:${event}`,
      message => {
        const copy = { ...message as TraceMessage }
        told.push({ channel, event, message: copy, text: inspect(message, { depth: 20, showHidden: true }) })
      }
    ] as [string, (message: unknown) => void]))
  for (const [name, listener] of listeners) subscribe(name, listener)
  t.teardown(() => {
    for (const [name, listener] of listeners) unsubscribe(name, listener)
  })
  return { told }
}

/** A site whose application uses each guard, and whose tenant puts canaries wherever it can. */
async function canarySite (t: Test, options: Partial<Auth0Options>): Promise<Site> {
  const s = new Site({ api: { audience: 'https://api.example.test' }, ...options })
  s.app.after(() => {
    const { auth0 } = s.app
    const handler = async (): Promise<object> => ({})
    s.app.get('/mine', { preHandler: auth0.requireSession }, handler)
    s.app.get('/role', { preHandler: auth0.requireClaims({ role: 'admin' }) }, handler)
    s.app.get('/api', { onRequest: auth0.requireToken() }, handler)
    s.app.post('/change', { preHandler: auth0.requireSameOrigin }, handler)
    s.app.get('/token', async request => await request.auth0.getAccessToken())
  })
  await s.app.ready()
  t.teardown(async () => await s.app.close())
  const { tenant } = s
  tenant.sub = `auth0|${CANARY}-sub`
  tenant.claims = { email: `${CANARY}@example.com`, name: `${CANARY}-name` }
  const tokens = tenant.tokens.bind(tenant)
  let n = 0
  tenant.tokens = (claims, rest) =>
    tokens(claims, { access_token: `${CANARY}-access-${n}`, refresh_token: `${CANARY}-refresh-${n++}`, ...rest })
  tenant.scripts.set(`GET /api/v2/users/${CANARY}`, () => ({ json: { user_id: CANARY } }))
  tenant.scripts.set(`DELETE /api/v2/users/${CANARY}`, () => ({ status: 404, json: { message: CANARY } }))
  return s
}

/** What an application does: logins, refreshes, guards, calls, and failures of each. Returns every secret of it. */
async function everything (t: Test, options: Partial<Auth0Options>): Promise<string[]> {
  const s = await canarySite(t, options)
  const { tenant } = s
  const browser = s.browser()
  const location = await s.start(browser, `/auth/login?login_hint=${CANARY}@example.com`)
  const { searchParams } = new URL(location)
  await browser.navigate(tenant.callback(location, { code: `${CANARY}-code` }))
  for (const url of ['/mine', '/token']) t.equal((await browser.call(url)).statusCode, 200)
  s.clock.now += 4000
  t.equal((await browser.call('/token')).statusCode, 200)
  s.clock.now += 4000
  tenant.scripts.set('refresh_token', () => ({
    status: 400,
    json: { error: `${CANARY}_error`, error_description: `${CANARY} description` }
  }))
  t.ok((await browser.call('/token')).statusCode >= 400)
  tenant.scripts.delete('refresh_token')
  const other = s.browser()
  const refused = tenant.callback(await s.start(other), { error: 'made_up', error_description: CANARY })
  t.equal((await other.navigate(refused)).statusCode, 400)
  t.equal((await browser.navigate(`/auth/callback?code=${CANARY}&state=${CANARY}`)).statusCode, 302)
  t.equal((await browser.call('/role')).statusCode, 403)
  const headers = { accept: 'application/json', authorization: `Bearer ${CANARY}` }
  for (const url of ['/mine', '/api']) t.equal((await s.app.inject({ url, headers })).statusCode, 401)
  t.equal((await s.app.inject({ method: 'POST', url: '/change', headers })).statusCode, 403)
  await s.app.auth0.management.users.get(CANARY)
  await t.rejects(s.app.auth0.management.users.delete(CANARY))
  await s.app.auth0.check()
  await s.app.auth0.revokeSessions({ sub: tenant.sub })
  await browser.navigate('/auth/logout')
  const cookies = [...browser.given, ...other.given].filter(value => value.length > 8)
  t.ok(cookies.length > 0)
  const parameters = ['state', 'nonce', 'code_challenge'].map(name => searchParams.get(name)!)
  return [CANARY, 'the secret of the client', ...parameters, ...cookies]
}

const now = (): number => 1_795_000_000
const modes: Record<string, () => Partial<Auth0Options>> = {
  stateless: () => ({
    revocationStore: later(new MemoryRevocationStore({ now })),
    refreshStore: later(new MemoryRefreshStore({ now }))
  }),
  stateful: () => ({ sessionStore: later(new MemorySessionStore({ now })), transactionStore: transactions() })
}

for (const [mode, options] of Object.entries(modes)) {
  t.test(`no message of a channel, no span and no metric holds a secret (${mode})`, async t => {
    const { told } = watch(t)
    const telemetry = sdk(t)
    const secrets = await everything(t, options())
    const text = [...told.map(one => one.text), inspect(telemetry.spans(), { depth: 8 }),
      JSON.stringify(await telemetry.metrics())].join('\n')
    t.strictSame(secrets.filter(secret => text.includes(secret)), [])
    const channels = new Set(told.map(({ channel }) => channel))
    t.strictSame([...channels].sort(), [...Object.keys(CHANNELS), 'event'].sort(), 'all of them were told of something')
    const open = told.filter(({ event, message }) => event === 'asyncEnd' && message.outcome === undefined)
    t.strictSame(open, [])
    const failures = told.filter(({ event }) => event === 'asyncEnd' || event === 'end')
      .filter(({ message }) => message.outcome === 'failure')
      .map(({ channel, message }) => `${channel} ${message.errorType}`)
    t.strictSame([...new Set(failures)].sort(), [
      'callback _OTHER', 'callback missing_transaction_error', 'guard cross_site_request', 'guard insufficient_claims',
      'guard invalid_token', 'guard login_required', 'management 404', 'refresh failed_to_refresh_token'
    ])
    const stores = told.filter(({ channel }) => channel === 'store').map(({ message }) => {
      const { store, operation } = message as never
      return `${store as string}.${operation as string}`
    })
    t.strictSame([...new Set(stores)].sort(), mode === 'stateless'
      ? ['refresh.get', 'refresh.lock', 'refresh.set', 'revocation.revoke', 'revocation.revokedAt']
      : ['revocation.revoke', 'revocation.revokedAt', 'session.create', 'session.delete', 'session.deleteWhere',
          'session.get', 'session.lock', 'session.update', 'transaction.delete', 'transaction.set', 'transaction.take'])
  })
}

/** An SDK in memory. */
function sdk (t: Test) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 2 ** 31 - 1 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const stop = instrument({ tracerProvider, meterProvider })
  t.teardown(async () => {
    stop()
    context.disable()
    await meterProvider.shutdown()
  })
  return {
    stop,
    tracerProvider,
    spans: () => exporter.getFinishedSpans().map(({ name, attributes, status, events, links }) =>
      ({ name, attributes, status, events, links })),
    tree: () => tree(exporter.getFinishedSpans()),
    metrics: async () => {
      await reader.forceFlush()
      return measured.getMetrics().at(-1)?.scopeMetrics.flatMap(scope => scope.metrics) ?? []
    }
  }
}

/** `parent > child` of every span. */
function tree (spans: ReadableSpan[]): string[] {
  const byId = new Map(spans.map(span => [span.spanContext().spanId, span]))
  return spans.map(({ name, parentSpanContext }) => {
    const parent = parentSpanContext && byId.get(parentSpanContext.spanId)
    return parent === undefined ? name : `${parent.name} > ${name}`
  })
}

t.test('spans stand in each other, and metrics have the names of the guide', async t => {
  const telemetry = sdk(t)
  await everything(t, modes.stateful!())
  const tree = telemetry.tree()
  for (
    const line of ['auth0.login', 'auth0.login > auth0.discovery', 'auth0.login > auth0.store transaction.set',
      'auth0.callback', 'auth0.callback > auth0.jwks', 'auth0.callback > auth0.store session.create',
      'auth0.refresh > auth0.store session.lock', 'auth0.refresh > auth0.store session.update',
      'auth0.guard requireSession', 'auth0.guard requireSession > auth0.store session.get',
      'auth0.management GET /users/{id}']
  ) t.ok(tree.includes(line), line)
  const spans = telemetry.spans()
  const named = (name: string) => spans.filter(span => span.name === name)
  t.match(named('auth0.refresh')[0]?.attributes, {
    'server.address': 'acme.eu.auth0.com',
    'auth0.refresh.queue_wait': Number,
    'auth0.refresh.lock_wait': Number,
    'auth0.refresh.call': Number
  })
  t.match(named('auth0.refresh').at(-1), {
    attributes: { 'error.type': 'failed_to_refresh_token' },
    status: { code: 2 }
  })
  t.match(named('auth0.guard requireSession').at(-1), {
    attributes: { 'error.type': 'login_required' },
    status: { code: 0 }
  })
  t.match(named('auth0.management DELETE /users/{id}'), [{
    attributes: {
      'server.address': 'acme.eu.auth0.com',
      'http.request.method': 'DELETE',
      'url.template': '/api/v2/users/{id}',
      'error.type': '404'
    }
  }])
  const metrics = await telemetry.metrics()
  const guide = readFileSync(new URL('../../examples/guides/telemetry.md', import.meta.url), 'utf8')
  const listed = (pattern: RegExp) => [...guide.matchAll(pattern)].map(match => match[1]).sort()
  t.strictSame(listed(/^\| `(auth0\.\S+)` \| (?:histogram|counter)/gm),
    metrics.map(({ descriptor }) => descriptor.name).sort())
  t.strictSame(listed(/^\| `(?:fastify-auth0:)(\w+)` \| `auth0/gm), Object.keys(CHANNELS).sort())
  const attributes = new Set([...spans.flatMap(span => Object.keys(span.attributes)),
    ...metrics.flatMap(metric => metric.dataPoints.flatMap(point => Object.keys(point.attributes)))])
  t.strictSame(listed(/^\| `((?:auth0|server|error|http|url)\.[a-z_.]+)` \| attribute/gm), [...attributes].sort())
  const logins = metrics.find(({ descriptor }) => descriptor.name === 'auth0.events')
  t.ok(logins?.dataPoints.some(({ attributes, value }) =>
    attributes['auth0.event.type'] === 'login' && attributes['auth0.event.outcome'] === 'success' && value === 1))
  for (const { dataPoints } of metrics) t.ok(dataPoints.length < 20, 'few values only')
})

t.test('what is stopped hears nothing, and ends the spans under way', async t => {
  const telemetry = sdk(t)
  const work = trace(traceChannel('callback'), {}, () => new Promise(() => {}))
  t.strictSame(telemetry.spans(), [])
  telemetry.stop()
  t.match(telemetry.spans(), [{ name: 'auth0.callback' }])
  const s = await canarySite(t, {})
  await s.member()
  t.equal(telemetry.spans().length, 1)
  t.notOk(tracingChannel('fastify-auth0:guard').hasSubscribers)
  t.type(work, Promise)
  instrument()()
})

t.test('a trace leaves results as they are, and runs the work where a subscriber wants it', async t => {
  const channel = traceChannel('guard')
  const { told } = watch(t)
  const value = {}
  t.equal(trace(channel, { guard: 'a' }, () => value), value)
  t.strictSame(told.map(({ event, message }) => [event, message.outcome]), [['start', undefined], ['end', 'success']])
  told.length = 0
  t.throws(() => trace(channel, { guard: 'a' }, () => { throw new Error('x') }), { message: 'x' })
  t.strictSame(told.map(({ event, message }) => [event, message.errorType]),
    [['start', undefined], ['error', '_OTHER'], ['end', '_OTHER']])
  told.length = 0
  const failure = new ApiError({ code: 'from_a_link', message: 'x', status: 0 })
  await t.rejects(trace(channel, { guard: 'a' }, async () => { throw failure }), failure)
  t.strictSame(told.map(({ event, message }) => [event, message.errorType]), [['start', undefined], ['end', undefined],
    ['error', '_OTHER'], ['asyncStart', '_OTHER'], ['asyncEnd', '_OTHER']])
  const order: string[] = []
  const around = (message: unknown): void => {
    ;(message as TraceMessage).around = work => {
      order.push('before')
      return work()
    }
  }
  subscribe('tracing:fastify-auth0:guard:start', around)
  trace(channel, { guard: 'a' }, () => order.push('work'))
  unsubscribe('tracing:fastify-auth0:guard:start', around)
  t.strictSame(order, ['before', 'work'])
})

t.test('@fastify/otel does not record the addresses of our own routes', async t => {
  for (const when of ['before', 'after']) {
    const exporter = new InMemorySpanExporter()
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const instrumentation = new FastifyOtelInstrumentation()
    instrumentation.setTracerProvider(tracerProvider)
    const s = new Site()
    await s.app.close()
    const app = fastify({ pluginTimeout: 0 })
    t.teardown(async () => await app.close())
    const otel = async () => await app.register(instrumentation.plugin() as never)
    if (when === 'before') await otel()
    await app.register(fastifyAuth0, s.options())
    if (when === 'after') await otel()
    app.get('/mine', { preHandler: app.auth0.requireSession }, async () => ({}))
    const headers = { host: 'app.example.test' }
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE'] as const) {
      await app.inject({ method, url: '/auth/callback?code=canary&state=canary', headers })
    }
    await app.inject({ url: '/auth/login?login_hint=canary@example.com', headers })
    await app.inject({ url: '/mine', headers })
    const spans = exporter.getFinishedSpans().map(({ name, attributes, status }) => ({ name, attributes, status }))
    t.ok(spans.some(({ name }) => name === 'request'), 'the application is watched')
    t.notMatch(JSON.stringify(spans), /canary/, when)
    t.notMatch(JSON.stringify(spans), /=>/, 'no source of a function is a name')
  }
})

/** Providers that note what they are asked for. */
function providers () {
  const made: unknown[] = []
  const told: unknown[] = []
  const instrumentOf = (kind: string) => (name: string, options: object) => {
    made.push([kind, name, options])
    const note = (value: number, attributes: object): void => {
      told.push([name, kind === 'histogram' ? value < 60 && value >= 0 : value, attributes])
    }
    return { add: note, record: note }
  }
  const getMeter = (name: string, version: string) => {
    made.push(['meter', name, version])
    return { createHistogram: instrumentOf('histogram'), createCounter: instrumentOf('counter') }
  }
  const getTracer = (name: string, version: string) => {
    made.push(['tracer', name, version])
    return {
      startSpan: (name: string, { attributes }: object & { attributes: object }) => {
        const note = (what: string) => (value?: unknown) => told.push([name, what, value])
        note('start')(attributes)
        return { setAttributes: note('attributes'), setStatus: note('status'), end: note('end') }
      }
    }
  }
  return { made, told, options: { tracerProvider: { getTracer }, meterProvider: { getMeter } } as never }
}

t.test('names, units and limits of what is measured', async t => {
  const { made, options } = providers()
  instrument(options)()
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const explicitBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
  const histogram = (name: string, description: string) =>
    ['histogram', `auth0.${name}.duration`, { unit: 's', description, advice: { explicitBucketBoundaries } }]
  t.strictSame(made, [
    ['tracer', 'fastify-auth0', version],
    ['meter', 'fastify-auth0', version],
    histogram('login', 'Time to start a login.'),
    histogram('callback', 'Time to finish a login.'),
    histogram('refresh', 'Time to renew tokens, waits included.'),
    histogram('store.operation', 'Time of one call of a store.'),
    histogram('discovery', 'Time to fetch the metadata of the tenant.'),
    histogram('jwks', 'Time to fetch the signing keys of the tenant.'),
    histogram('guard', 'Time until a guard has decided.'),
    histogram('management.request', 'Time of one call of the Management API, waits and repetitions included.'),
    ['counter', 'auth0.events',
      { unit: '{event}', description: 'Logins, refreshes, logouts, denials and warnings.' }]
  ])
})

t.test('each message becomes one span and one measurement', async t => {
  const { told, options } = providers()
  const stop = instrument(options)
  const failing = async () => { throw new ApiError({ code: 'from_a_link', message: 'x', status: 0 }) }
  const messages: [channel: string, message: object, span: string, begun: object, done: object][] = [
    ['login', { kind: 'popup' }, 'auth0.login', { 'auth0.login.kind': 'popup' }, {}],
    ['callback', { domain: 'a.test' }, 'auth0.callback', { 'server.address': 'a.test' }, {}],
    ['refresh', { domain: 'a.test', queueWait: 1000, lockWait: 20, call: 3 }, 'auth0.refresh',
      { 'server.address': 'a.test' },
      { 'auth0.refresh.queue_wait': 1, 'auth0.refresh.lock_wait': 0.02, 'auth0.refresh.call': 0.003 }],
    ['refresh', {}, 'auth0.refresh', {}, {}],
    ['store', { store: 'session', operation: 'get' }, 'auth0.store session.get',
      { 'auth0.store.name': 'session', 'auth0.store.operation': 'get' }, {}],
    ['discovery', { domain: 'a.test' }, 'auth0.discovery', { 'server.address': 'a.test' }, {}],
    ['jwks', { domain: 'a.test' }, 'auth0.jwks', {}, { 'server.address': 'a.test' }],
    ['guard', { guard: 'g' }, 'auth0.guard g', { 'auth0.guard.name': 'g' }, {}],
    ['management', { domain: 'a.test', method: 'GET', path: '/x' }, 'auth0.management GET /x',
      { 'server.address': 'a.test', 'http.request.method': 'GET', 'url.template': '/api/v2/x' }, {}]
  ]
  const kinds: Record<string, string> = { store: 'store.operation', management: 'management.request' }
  for (const [channel, message, span, begun, done] of messages) {
    const histogram = `auth0.${kinds[channel] ?? channel}.duration`
    trace(traceChannel(channel as 'guard'), { ...message } as never, () => 5)
    t.strictSame(told.splice(0), [[span, 'start', begun], [span, 'attributes', done], [span, 'end', undefined],
      [histogram, true, begun]], channel)
    await t.rejects(trace(traceChannel(channel as 'guard'), { ...message } as never, failing))
    const error = { 'error.type': '_OTHER' }
    t.strictSame(told.splice(0), [[span, 'start', begun], [span, 'attributes', { ...error, ...done }],
      ...channel === 'guard' ? [] : [[span, 'status', { code: 2 }]], [span, 'end', undefined],
      [histogram, true, { ...begun, ...error }]], `${channel} fails`)
  }
  const events = channel('fastify-auth0:event')
  for (const [type, outcome, kept] of [['login', 'success', true], ['login', 'failure', false],
    ['warning', 'failure', true], ['warning', 'success', true]] as const) {
    events.publish({ type, outcome, reason: 'r', blame: 'user', sub: 'not told' })
    t.strictSame(told.splice(0), [['auth0.events', 1, {
      'auth0.event.type': type,
      'auth0.event.outcome': outcome,
      'auth0.event.blame': 'user',
      ...kept && { 'auth0.event.reason': 'r' }
    }]], `${type} ${outcome}`)
  }
  stop()
  events.publish({ type: 'login', outcome: 'success' })
  trace(traceChannel('guard'), { guard: 'g' }, () => 5)
  t.strictSame(told, [])
})
