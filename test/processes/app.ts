/** One process of an application: sites that differ in their store only. Speaks to its parent over IPC. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import pg from 'pg'
import fastifyAuth0 from '../../lib/index.js'
import {
  PostgresRefreshStore, PostgresSessionStore, RedisRefreshStore, RedisSessionStore, type RefreshStore, type SessionStore
} from '../../lib/stores/index.js'
import type { Order, Report, Settings } from './messages.js'

const settings = JSON.parse(process.env.SETTINGS!) as Settings
let ahead = 0
const now = (): number => Date.now() / 1000 + ahead

/** Where a request wants its token call to get stuck: before it is sent, or after it was answered. */
const stuck = new AsyncLocalStorage<string | undefined>()

const patientFetch: typeof fetch = async (input, init) => {
  const where = stuck.getStore()
  if (where === undefined || !String(input instanceof Request ? input.url : input).endsWith('/oauth/token')) {
    return await fetch(input, init)
  }
  if (where === 'after') await (await fetch(input, init)).text()
  tell({ type: 'stuck' })
  return await new Promise<never>(() => {})
}

function tell (report: Report): void {
  process.send!(report)
}

async function site (name: string, sessionStore?: SessionStore, refreshStore?: RefreshStore): Promise<void> {
  if (settings.sites[name] === undefined) return
  const { clientId, clientSecret, appBaseUrl, httpTimeout, storeTimeout } = settings.sites[name]
  const app = fastify({ pluginTimeout: 0, forceCloseConnections: true })
  await app.register(fastifyAuth0, {
    domain: settings.domain,
    clientId,
    clientSecret,
    appBaseUrl,
    sessionSecret: settings.sessionSecret,
    audience: settings.audience,
    scope: 'openid profile email offline_access read:items',
    ...sessionStore !== undefined && { sessionStore },
    ...refreshStore !== undefined && { refreshStore },
    // Few remembered cookies: they have all their room soon, and what still grows then should not.
    sessionConfiguration: {
      storeTimeout,
      inactivityDuration: 4e6,
      absoluteDuration: 8e6,
      cacheEntries: 32
    },
    httpTimeout,
    customFetch: patientFetch,
    now
  })
  const preHandler = app.auth0.requireSession
  app.get('/me', { preHandler }, async request => {
    const user = await request.auth0.getUser()
    return { sub: user?.sub, canary: user?.canary, process: process.pid }
  })
  app.get<{ Querystring: { stuck?: string } }>('/token', { preHandler },
    async request =>
      await stuck.run(request.query.stuck, async () => {
        const { accessToken } = await request.auth0.getAccessToken()
        return {
          mark: createHash('sha256').update(accessToken).digest('hex').slice(0, 12),
          canary: canaryOf(accessToken),
          process: process.pid
        }
      }))
  app.get('/session', async request => ({ sub: (await request.auth0.getSession())?.user.sub }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  sites[name] = app
}

/** The claim a token was made with: whose it is. */
function canaryOf (token: string): unknown {
  return (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { canary?: unknown }).canary
}

/** Both clients connect again by themselves; who was waiting is told by the store. */
function lostConnection (): void {}

const sites: Record<string, FastifyInstance> = {}
await site('cookies')
if (settings.redis !== undefined) {
  const client = new Redis(settings.redis, '127.0.0.1', { enableAutoPipelining: true })
  client.on('error', lostConnection)
  await site('redis', new RedisSessionStore({ client, now }))
  await site('redis-cookies', undefined, new RedisRefreshStore({ client }))
}
if (settings.postgres !== undefined) {
  const pool = new pg.Pool(settings.postgres)
  pool.on('error', lostConnection)
  await site('postgres', new PostgresSessionStore({ pool, now, sweepInterval: 0 }))
  await site('postgres-cookies', undefined, new PostgresRefreshStore({ pool, sweepInterval: 0 }))
}

process.on('message', (order: Order) => {
  if (order.type === 'advance') ahead += order.seconds
  // Twice: what finalizers let go of in the first collection, the second one takes.
  if (order.type === 'collect') { for (let i = 0; i < 2; i++) globalThis.gc!() }
  const { heapUsed } = process.memoryUsage()
  tell({ type: 'done', heapUsed, unhandled, handles: process.getActiveResourcesInfo().length })
})
let unhandled = 0
process.on('unhandledRejection', () => {
  unhandled++
})
process.on('disconnect', () => process.exit())
tell({
  type: 'listening',
  ports: Object.fromEntries(
    Object.entries(sites).map(([name, app]) => [name, (app.server.address() as AddressInfo).port])
  )
})
