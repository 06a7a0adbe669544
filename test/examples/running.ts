import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { LoggedRequest, Tenant } from '../../lib/testing/index.js'
import { reserveAddress } from '../fixtures/loopback.js'
import { overHttp, Visitor, type Answer } from '../fixtures/visitor.js'
import '../self-reference.js'
import type { ExampleTenant, Settings } from '../../examples/start.js'

const { localTenant } = await import('../../examples/start.js')
// Compiled now, the plugin's last part does not count against the time Fastify gives a plugin to start.
await import('../../lib/management/index.js')

/** The last request the tenant received at a path. */
export function received (tenant: Tenant, path: string): LoggedRequest {
  const found = tenant.requests.findLast(request => request.path === path)
  if (found === undefined) throw new Error(`The tenant received nothing at ${path}.`)
  return found
}

/** An application that runs, with a tenant of its own. */
export interface Running {
  app: FastifyInstance
  tenant: Tenant
  origin: string
  settings: Settings
  visitor: () => Visitor<Answer>
}

/** Builds an application, gives it an address, and closes it with the test. */
export async function run (t: Test, build: (settings: Settings) => Promise<FastifyInstance>,
  options: ExampleTenant = {}, changes: Partial<Settings> = {}): Promise<Running> {
  const address = await reserveAddress(t)
  const origin = `http://localhost:${address.port}`
  const { tenant, settings } = await localTenant(options, origin)
  t.teardown(tenant.close)
  // a busy machine may need longer than five seconds to load what an endpoint needs
  const app = await build({ ...settings, httpTimeout: 60, ...changes })
  t.teardown(async () => {
    await app.close()
  })
  await address.serve(app)
  return { app, tenant, origin, settings, visitor: () => new Visitor(overHttp(origin), { origin, tenant }) }
}
