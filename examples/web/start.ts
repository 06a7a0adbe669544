import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Auth0Options } from 'fastify-auth0'
import { createTenant, type Tenant, type TenantClient, type TenantOptions } from 'fastify-auth0/testing'

/** What an example wants of the tenant on this machine that stands in for Auth0. */
export interface ExampleTenant extends Omit<TenantOptions, 'clients'> {
  client?: Partial<TenantClient>
}

/** What an example is given: domain, client, address and secret. */
export type Settings = Auth0Options & { domain: string, appBaseUrl: string }

/** Starts a tenant on this machine, and says how to use it. */
export async function localTenant ({ client, ...options }: ExampleTenant, appBaseUrl: string, port = 0): Promise<{ tenant: Tenant, settings: Settings }> {
  const clientSecret = randomBytes(32).toString('base64url')
  const tenant = await createTenant({ port, ...options, clients: [{ clientId: 'example', clientSecret, ...client }] })
  return {
    tenant,
    settings: { domain: tenant.url, clientId: 'example', clientSecret, appBaseUrl, sessionSecret: randomBytes(32).toString('base64url') }
  }
}

/** The settings of an Auth0 tenant, from the environment. */
function fromEnvironment (appBaseUrl: string): Settings {
  const { AUTH0_DOMAIN: domain = '', AUTH0_CLIENT_ID: clientId = '', AUTH0_CLIENT_SECRET: clientSecret, SESSION_SECRET: sessionSecret = randomBytes(32).toString('base64url') } = process.env
  return { domain, clientId, ...(clientSecret !== undefined && { clientSecret }), appBaseUrl, sessionSecret }
}

/** Runs an example that was started by itself: with the tenant of `AUTH0_DOMAIN`, or with one on this machine. */
export async function startWhenRun (file: string, build: (settings: Settings) => Promise<FastifyInstance>, tenant: ExampleTenant = {}): Promise<void> {
  if (process.argv[1] === undefined || pathToFileURL(process.argv[1]).href !== file) return
  const appBaseUrl = 'http://localhost:3000'
  const settings = process.env.AUTH0_DOMAIN === undefined ? (await localTenant(tenant, appBaseUrl, 3001)).settings : fromEnvironment(appBaseUrl)
  const app = await build(settings)
  await app.listen({ port: 3000, host: 'localhost' })
  console.log(`${appBaseUrl} logs in at ${String(settings.domain)}`)
}
