import { randomBytes } from 'node:crypto'
import { MemorySessionStore } from 'fastify-auth0/stores'
import { createTenant } from 'fastify-auth0/testing'
import { explainBusyPort, readPorts, SettingsError, type Ports } from '../quickstart/ports.js'
import { buildApp } from './app.js'

const command = 'node --import ./examples/typescript.js examples/devices/server.ts'
const secret = (): string => randomBytes(32).toString('base64url')

let ports: Ports | undefined
try {
  ports = readPorts(process.env)
  await start(ports)
} catch (error) {
  const explained = error instanceof SettingsError ? error.message : ports && explainBusyPort(error, ports, command)
  console.error(explained ?? error)
  process.exit(1)
}

async function start ({ port, tenantPort }: Ports): Promise<void> {
  const appBaseUrl = `http://localhost:${port}`
  const clientSecret = secret()
  // An Auth0 tenant of your own on this machine; with a real one, only its domain and the application's credentials
  // are needed.
  const tenant = await createTenant({
    port: tenantPort,
    clients: [{ clientId: 'devices', clientSecret, backchannelLogoutUrl: `${appBaseUrl}/auth/backchannel-logout` }]
  })
  const app = await buildApp({
    domain: tenant.url,
    clientId: 'devices',
    clientSecret,
    appBaseUrl,
    sessionSecret: secret(),
    // For more than one process: new RedisSessionStore({ client: new Redis() }), or a PostgresSessionStore.
    sessionStore: new MemorySessionStore()
  })
  app.addHook('onClose', async () => {
    await tenant.close()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      app.close().then(() => process.exit(0), () => process.exit(1))
    })
  }
  await app.listen({ port, host: 'localhost' })
  console.log(`Open ${appBaseUrl} in two browsers and log in as the same user in both.`)
}
