import { EventEmitter } from 'node:events'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import type { Test } from 'tap'
import blank from 'ts-blank-space'
import '../self-reference.js'
import { fastifyAuth0 } from '../../lib/index.js'
import { createTenant, type Tenant } from '../../lib/testing/index.js'
import type { Auth0Options } from '../../types/index.js'

const audience = 'https://api.example.com'
export const tenant = await createTenant({
  issuer: 'https://acme.eu.auth0.com/',
  users: [{ sub: 'auth0|ada', email: 'ada@example.com', name: 'Ada', password: 'correct horse' }],
  clients: [{ clientId: 'app', clientSecret: 'secret' }],
  resourceServers: [{ identifier: audience, scopes: ['read:orders', 'write:orders'] }, {
    identifier: 'https://app.example.com/mcp',
    scopes: ['read:menu', 'read:orders']
  }]
})

const options = {
  clientId: 'app',
  clientSecret: 'secret',
  appBaseUrl: 'https://app.example.com',
  sessionSecret: 'a session secret of enough characters'
}
export const settings = { ...options, domain: tenant.domain, customFetch: tenant.fetch }
export const variables = {
  AUTH0_DOMAIN: tenant.domain,
  AUTH0_CLIENT_ID: 'app',
  AUTH0_CLIENT_SECRET: 'secret',
  APP_BASE_URL: 'http://localhost:3000',
  SESSION_SECRET: options.sessionSecret
}

/** The plugin, whose calls go to a tenant unless the options say otherwise. */
export function pluginFor ({ fetch }: Tenant): typeof fastifyAuth0 {
  const plugin = fastifyAuth0 as unknown as (fastify: FastifyInstance, options: object) => Promise<void>
  return Object.assign(async (fastify: FastifyInstance, given: object) =>
    await plugin(fastify, { customFetch: fetch, ...given }), fastifyAuth0) as unknown as typeof fastifyAuth0
}

export const auth0 = pluginFor(tenant)

export type Names = Record<string, unknown>
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...parts: string[]) => (
  ...args: unknown[]
) => Promise<Names>

/**
 * Runs a block as the body of a function that gets these names, and returns the names that it declares.
 * An import of a module that `modules` has gets that one.
 */
export async function run (code: string, names: Names, modules: Record<string, unknown> = {}): Promise<Names> {
  const declared = [...code.matchAll(/^(?:export )?const (?:(\w+)|\{ ([^}]*) \}) =/gmu)].flatMap(([, name, several]) =>
    name ?? several!.split(', ').map(part => part.split(' = ')[0]!.split(': ').at(-1)!))
  const imports = [...code.matchAll(/^import (\w+)?(?:, )?(\{[^}]*\})? ?from '([^']+)'/gmu)]
  const imported: Names = {}
  for (const [, all, some = '', from = ''] of imports) {
    const module = (modules[from] ?? await import(from)) as Names
    if (all !== undefined) imported[all] = module.default
    for (const [name] of some.matchAll(/\w+/gu)) imported[name] = module[name]
  }
  const body = blank(code).replace(/^import .*$/gmu, '').replace(/^export (?=const)/gmu, '')
  const given = Object.entries({ auth0, domain: tenant.domain, options: settings, ...names, ...imported })
    .filter(([name]) => !declared.includes(name))
  const call = new AsyncFunction(...given.map(([name]) => name), `${body}\nreturn { ${declared.join(', ')} }`)
  return await call(...given.map(([, value]) => value))
}

/** An application, closed with the test. */
export function newApp (t: Test): FastifyInstance {
  const fastify = Fastify()
  t.teardown(() => fastify.close())
  return fastify
}

/** An access token of the tenant, by client credentials. */
export async function token (scope: string, of = audience): Promise<{ authorization: string }> {
  const response = await tenant.fetch(`https://${tenant.domain}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'secret',
      audience: of,
      scope
    })
  })
  const { access_token: accessToken } = await response.json() as { access_token: string }
  return { authorization: `Bearer ${accessToken}` }
}

/** A client of a store that is not there: it remembers what was asked of it. */
export class Client extends EventEmitter {
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

export const handler = (request: FastifyRequest): unknown => request.auth0.token?.sub ?? 'ok'
export const ada = { sub: 'auth0|ada', name: 'Ada' }

/** What a user's test calls: an application with a page. */
export async function buildApp (changes: object = {}): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(auth0, { ...settings, ...changes } as Auth0Options)
  app.get('/dashboard', { preHandler: app.auth0.requireSession }, async request => `Hello ${request.auth0.user.name}`)
  return app
}

/** A test runner that runs its one test at the end of the block. */
export function runner (t: Test): { modules: Record<string, unknown>, finish: () => Promise<void> } {
  let body: ((t: unknown) => Promise<void>) | undefined
  const ends: (() => unknown)[] = []
  const test = (name: string, run: typeof body): void => {
    t.equal(name, 'greets the user')
    body = run
  }
  const end = (run: () => unknown): void => {
    ends.push(run)
  }
  const equal = (value: unknown, wanted: unknown): void => {
    t.equal(value, wanted)
  }
  const expect = (value: unknown): object => ({ toBe: (wanted: unknown) => equal(value, wanted) })
  return {
    modules: {
      '../app.js': { buildApp },
      'node:assert/strict': { default: { equal } },
      'node:test': { test },
      vitest: { test, expect, onTestFinished: end },
      tap: { default: { test } },
      '@jest/globals': { test, expect, afterAll: end }
    },
    async finish () {
      await body!({ after: end, teardown: end, equal })
      t.equal(ends.length, 1)
      for (const end of ends) await end()
    }
  }
}
