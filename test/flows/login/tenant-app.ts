import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { Test } from 'tap'
import fastifyAuth0, { type Auth0Event, type Auth0Options } from '../../../lib/index.js'
import type { Tenant } from '../../../lib/testing/index.js'
import { Visitor } from '../../fixtures/visitor.js'

interface Setup {
  clock: { now: number }
  appBaseUrl: string
  /** Default `app`. Its secret is `secret`. */
  clientId?: string
  server?: FastifyServerOptions
  options?: Partial<Auth0Options>
}

/** An application of a local tenant that is asked in this process, before its routes are added. */
export async function tenantApp (t: Test, tenant: Tenant,
  { clock, appBaseUrl, clientId = 'app', server, options }: Setup) {
  const events: Auth0Event[] = []
  const app: FastifyInstance = fastify({ pluginTimeout: 0, ...server })
  t.teardown(async () => {
    await app.close()
  })
  await app.register(fastifyAuth0, {
    domain: tenant.domain,
    clientId,
    clientSecret: 'secret',
    appBaseUrl,
    sessionSecret: 'a session secret of enough characters',
    customFetch: tenant.fetch,
    httpTimeout: 60,
    now: () => clock.now,
    onEvent: event => { events.push(event) },
    ...options
  })
  const browser = (): Visitor => new Visitor(app, { origin: appBaseUrl, now: () => clock.now })
  return { app, events, browser }
}
