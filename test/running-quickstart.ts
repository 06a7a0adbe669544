import './self-reference.js'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Auth0Options } from '../types/options.js'
import { reserveAddress } from './fixtures/loopback.js'

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
export async function runQuickstart (t: Test, options: Partial<Auth0Options> = {}): Promise<RunningQuickstart> {
  const { buildApp } = await import('../examples/quickstart/app.js')
  const { startLocalTenant } = await import('../examples/quickstart/local-tenant.js')
  const address = await reserveAddress(t)
  const url = `http://localhost:${address.port}`
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
  await address.serve(app)
  return { app, url, tenantUrl: tenant.url }
}
