import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { PostgresRefreshStore, PostgresSessionStore } from '../../lib/stores/index.js'
import { createTenant, type Tenant } from '../../lib/testing/index.js'
import { overHttp, Visitor, type Answer } from '../fixtures/visitor.js'
import { startFaultyProxy, type FaultyProxy } from '../servers/faulty-proxy.js'
import { startPostgres, type PostgresServer } from '../servers/postgres.js'
import { startRedis, type RedisServer } from '../servers/redis.js'
import type { Order, Report, Settings } from './messages.js'
import { startRoundRobin, type RoundRobin } from './round-robin.js'

type Done = Extract<Report, { type: 'done' }>

/** One process of the application. */
export class AppProcess {
  readonly child: ChildProcess
  ports: Record<string, number> = {}
  /** Token calls that are stuck. */
  stuck = 0

  constructor (settings: Settings) {
    this.child = fork(fileURLToPath(new URL('app.ts', import.meta.url)), {
      execArgv: ['--expose-gc', '--import', new URL('../../examples/typescript.js', import.meta.url).href],
      env: { ...process.env, NODE_ENV: 'test', TAP: '0', SETTINGS: JSON.stringify(settings) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc']
    })
    this.child.on('message', (report: Report) => {
      if (report.type === 'stuck') this.stuck++
    })
  }

  async listening (): Promise<this> {
    const [report] = await once(this.child, 'message') as [Extract<Report, { type: 'listening' }>]
    this.ports = report.ports
    return this
  }

  /** Where one of its sites listens. */
  origin (store: string): string {
    return `http://127.0.0.1:${this.ports[store]!}`
  }

  /** Sends an order and waits until it is carried out. */
  async order (order: Order): Promise<Done> {
    this.child.send(order)
    for (;;) {
      const [report] = await once(this.child, 'message') as [Report]
      if (report.type === 'done') return report
    }
  }

  async end (signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill(signal)
    await gone
  }
}

/** Processes of an application behind a load balancer, their stores and their tenant. */
export interface Deployment {
  tenant: Tenant
  processes: AppProcess[]
  /** Load balancers by name of the store. */
  sites: Record<string, RoundRobin>
  /** Lets time pass for the application and the tenant: tokens expire. */
  advance(seconds: number): Promise<void>
  /** Kills a process. The load balancer asks the others from then on. */
  crash(at: number): Promise<void>
  /** Starts a process in the place of one that was killed. */
  replace(at: number): Promise<void>
  servers: { redis: RedisServer | undefined, postgres: PostgresServer | undefined }
  /** The ways to the servers, where they can fail. */
  proxies: { redis: FaultyProxy | undefined, postgres: FaultyProxy | undefined }
  /** A visitor of a site, whose requests reach the processes in turn. */
  visitor(store: string): Visitor<Answer>
  /** One who is logged in. */
  member(store: string, user: string): Promise<Visitor<Answer>>
  close(): Promise<void>
}

/** Seconds that access tokens live. */
export const TOKEN_LIFETIME = 120
const audience = 'https://api.example.com'
const secrets = {
  clientSecret: 'a secret of the application',
  sessionSecret: 'of forty characters, as it should be made'
}

/** What is started. */
export interface DeploymentOptions {
  /** Sites by name of their store; see `Settings`. */
  stores: readonly string[]
  users: number
  /** How many processes. Default 2. */
  processes?: number
  /** Whether the ways to the servers can fail. Default no. */
  faulty?: boolean
}

/**
 * Starts everything: servers, tenant, processes, load balancers. The users of the tenant carry a canary in their
 * tokens.
 */
export async function startDeployment (options: DeploymentOptions): Promise<Deployment> {
  const uses = (server: string): boolean => options.stores.some(name => name.startsWith(server))
  const closing: (() => Promise<unknown>)[] = []
  let ahead = 0
  const sites: Record<string, RoundRobin> = {}
  for (const name of options.stores) {
    const site = sites[name] = await startRoundRobin()
    closing.push(async () => await site.close())
  }
  const redis = uses('redis') ? await startRedis() : undefined
  if (redis !== undefined) closing.push(async () => await redis.stop())
  const postgres = uses('postgres') ? await startPostgres() : undefined
  if (postgres !== undefined) {
    closing.push(async () => await postgres.stop())
    const pool = new pg.Pool(postgres.connection)
    await new PostgresSessionStore({ pool, sweepInterval: 0 }).migrate()
    await new PostgresRefreshStore({ pool, sweepInterval: 0 }).migrate()
    await pool.end()
  }
  const proxyOf = async (server: { port: number } | undefined): Promise<FaultyProxy | undefined> => {
    if (server === undefined || options.faulty !== true) return undefined
    const proxy = await startFaultyProxy(server.port)
    closing.push(async () => await proxy.close())
    return proxy
  }
  const proxies = { redis: await proxyOf(redis), postgres: await proxyOf(postgres) }
  const tenant = await createTenant({
    now: () => Date.now() / 1000 + ahead,
    maxRequests: 100_000,
    users: Array.from({ length: options.users }, (_, n) => ({
      sub: `auth0|user-${n}`,
      email: `user-${n}@example.com`,
      claims: { canary: `canary-${n}` },
      accessTokenClaims: { canary: `canary-${n}` }
    })),
    clients: options.stores.map(name => ({
      clientId: name,
      clientSecret: secrets.clientSecret,
      refreshToken: { rotation: true, overlap: 0 },
      backchannelLogoutUrl: `${sites[name]!.url}/auth/backchannel-logout`
    })),
    resourceServers: [{ identifier: audience, scopes: ['read:items'], tokenLifetime: TOKEN_LIFETIME }]
  })
  closing.push(async () => await tenant.close())
  const settings: Settings = {
    domain: tenant.url,
    audience,
    sessionSecret: secrets.sessionSecret,
    sites: Object.fromEntries(
      options.stores.map(
        name => [name, {
          clientId: name,
          clientSecret: secrets.clientSecret,
          appBaseUrl: sites[name]!.url,
          // With sessions in cookies tests wait for the end of leases, which last twice the sum of both.
          ...name.endsWith('cookies') || options.faulty === true
            ? { httpTimeout: 1, storeTimeout: 1.5 }
            : { httpTimeout: 8, storeTimeout: 12 }
        }]
      )
    ),
    ...(redis !== undefined && { redis: proxies.redis?.port ?? redis.port }),
    ...(postgres !== undefined && {
      postgres: { ...postgres.connection, port: proxies.postgres?.port ?? postgres.port }
    })
  }
  const processes = await Promise.all(
    Array.from({ length: options.processes ?? 2 }, async () => await new AppProcess(settings).listening())
  )
  closing.push(async () => await Promise.all(processes.map(async one => await one.end('SIGKILL'))))
  const balance = (): void => {
    const alive = processes.filter(({ child }) => child.connected)
    for (const [name, site] of Object.entries(sites)) site.ports = alive.map(({ ports }) => ports[name]!)
  }
  balance()
  const visitor = (store: string): Visitor<Answer> =>
    new Visitor(overHttp(sites[store]!.url), { origin: sites[store]!.url, tenant })
  return {
    tenant,
    processes,
    sites,
    servers: { redis, postgres },
    proxies,
    async advance (seconds) {
      ahead += seconds
      const alive = processes.filter(({ child }) => child.connected)
      await Promise.all(alive.map(async one => await one.order({ type: 'advance', seconds })))
    },
    async crash (at) {
      await processes[at]!.end('SIGKILL')
      balance()
    },
    async replace (at) {
      const one = await new AppProcess(settings).listening()
      await one.order({ type: 'advance', seconds: ahead })
      processes[at] = one
      balance()
    },
    visitor,
    async member (store, user) {
      const member = visitor(store)
      await member.login({ user })
      return member
    },
    async close () {
      for (const close of closing.reverse()) await close()
    }
  }
}

/** What a path answers to a script, and its status. */
export async function ask<T extends object> (visitor: Pick<Visitor<Answer>, 'call'>, path: string,
  via?: string): Promise<T & { status: number }> {
  const answer = await visitor.call(path, {}, via)
  return { ...answer.json<T>(), status: answer.statusCode }
}
