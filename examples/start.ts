import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Auth0Options } from 'fastify-auth0'
import { createTenant, type TenantOptions } from 'fastify-auth0/testing'

const { AUTH0_DOMAIN, AUTH0_CLIENT_ID = '', AUTH0_CLIENT_SECRET = '', SESSION_SECRET, PORT = '3000' } = process.env

/**
 * Starts an example if it is the program that was started: with the tenant of the environment (`AUTH0_DOMAIN`,
 * `AUTH0_CLIENT_ID`, `AUTH0_CLIENT_SECRET`), else with one on this machine that has these users and APIs.
 */
export async function start (example: string, build: (options: Auth0Options) => Promise<FastifyInstance>, local: TenantOptions = {}): Promise<void> {
  if (process.argv[1] !== fileURLToPath(example)) return
  const appBaseUrl = `http://localhost:${PORT}`
  const credentials = AUTH0_DOMAIN === undefined
    ? await localTenant(local)
    : { domain: AUTH0_DOMAIN, clientId: AUTH0_CLIENT_ID, clientSecret: AUTH0_CLIENT_SECRET }
  const app = await build({ ...credentials, appBaseUrl, sessionSecret: SESSION_SECRET ?? randomBytes(32).toString('hex') })
  await app.listen({ port: Number(PORT), host: 'localhost' })
  console.log(`The application is at ${appBaseUrl}`)
}

async function localTenant (options: TenantOptions): Promise<Pick<Auth0Options, 'domain' | 'clientId' | 'clientSecret'>> {
  const clientSecret = randomBytes(32).toString('base64url')
  const tenant = await createTenant({ ...options, clients: [{ clientId: 'example', clientSecret }] })
  console.log(`Its tenant, on this machine, is at ${tenant.url}; the client is "example" with the secret "${clientSecret}"`)
  return { domain: tenant.url, clientId: 'example', clientSecret }
}
