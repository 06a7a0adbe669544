import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Auth0Options } from 'fastify-auth0'
import { createTenant, type Tenant, type TenantClient, type TenantOptions } from 'fastify-auth0/testing'

const {
  AUTH0_DOMAIN,
  AUTH0_CLIENT_ID = '',
  AUTH0_CLIENT_SECRET,
  SESSION_SECRET = randomBytes(32).toString('hex'),
  PORT = '3000'
} = process.env

/** What an example wants of the tenant on this machine that stands in for Auth0. */
export interface ExampleTenant extends Omit<TenantOptions, 'clients'> {
  client?: Partial<TenantClient>
}

/** What an example is given: domain, client, address and secret. */
export type Settings = Auth0Options & { domain: string, appBaseUrl: string }

/** Starts a tenant on this machine, and says how to use it. */
export async function localTenant ({ client, ...options }: ExampleTenant,
  appBaseUrl: string): Promise<{ tenant: Tenant, settings: Settings }> {
  const clientSecret = randomBytes(32).toString('base64url')
  const tenant = await createTenant({ ...options, clients: [{ clientId: 'example', clientSecret, ...client }] })
  return {
    tenant,
    settings: { domain: tenant.url, clientId: 'example', clientSecret, appBaseUrl, sessionSecret: SESSION_SECRET }
  }
}

/**
 * Starts an example if it is the program that was started: with the tenant of the environment (`AUTH0_DOMAIN`,
 * `AUTH0_CLIENT_ID`, `AUTH0_CLIENT_SECRET`), else with one on this machine that has these users and APIs.
 */
export async function start (example: string, build: (settings: Settings) => Promise<FastifyInstance>,
  local: ExampleTenant | ((appBaseUrl: string) => ExampleTenant) = {}): Promise<void> {
  if (process.argv[1] !== fileURLToPath(example)) return
  const appBaseUrl = `http://localhost:${PORT}`
  const app = await build(
    AUTH0_DOMAIN === undefined
      ? await startLocal(typeof local === 'function' ? local(appBaseUrl) : local, appBaseUrl)
      : fromEnvironment(AUTH0_DOMAIN, appBaseUrl)
  )
  await app.listen({ port: Number(PORT), host: 'localhost' })
  console.log(`The application is at ${appBaseUrl}`)
}

function fromEnvironment (domain: string, appBaseUrl: string): Settings {
  return {
    domain,
    clientId: AUTH0_CLIENT_ID,
    ...(AUTH0_CLIENT_SECRET !== undefined && { clientSecret: AUTH0_CLIENT_SECRET }),
    appBaseUrl,
    sessionSecret: SESSION_SECRET
  }
}

async function startLocal (local: ExampleTenant, appBaseUrl: string): Promise<Settings> {
  const { settings } = await localTenant(local, appBaseUrl)
  console.log(
    `Its tenant, on this machine, is at ${settings.domain}; the client is "example" with the secret ` +
      `"${settings.clientSecret ?? ''}"`
  )
  return settings
}
