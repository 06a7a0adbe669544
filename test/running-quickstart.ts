import './self-reference.js'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Auth0Options } from '../types/options.js'

export interface RunningQuickstart {
  app: FastifyInstance
  /** Where the quickstart listens, e.g. `http://localhost:40123`. */
  url: string
  /** Where its tenant listens, e.g. `http://127.0.0.1:40124`. */
  tenantUrl: string
}

/** Compiling the sources on a busy machine can take longer than Fastify waits for a plugin. */
export const patient = { pluginTimeout: 0 }

/** Runs the quickstart and its local tenant on free ports until the test ends. */
export async function runQuickstart (t: { teardown: (close: () => Promise<void>) => void },
  options: Partial<Auth0Options> = {}): Promise<RunningQuickstart> {
  const { buildApp } = await import('../examples/quickstart/app.js')
  const { startLocalTenant } = await import('../examples/quickstart/local-tenant.js')
  const port = await freePort()
  const url = `http://localhost:${port}`
  const tenant = await startLocalTenant({ port: 0, appBaseUrl: url })
  t.teardown(tenant.close)
  const app = await buildApp({
    auth0: { ...tenant.auth0, ...options, domain: tenant.auth0.domain },
    demoUsers: tenant.demoUsers,
    server: patient
  })
  t.teardown(async () => {
    await app.close()
  })
  await app.listen({ port, host: 'localhost' })
  return { app, url, tenantUrl: tenant.url }
}

/** A port nobody listens on just now. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, 'localhost')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
