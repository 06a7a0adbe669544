import { existsSync } from 'node:fs'
import { buildApp } from './app.js'
import { startLocalTenant, type LocalTenant } from './local-tenant.js'
import { explainBusyPort, SettingsError } from './ports.js'
import { readSettings, type Settings } from './settings.js'

let settings: Settings | undefined
try {
  if (existsSync('.env')) process.loadEnvFile('.env')
  settings = readSettings(process.env)
  await start(settings)
} catch (error) {
  console.error(explain(error, settings))
  process.exit(1)
}

async function start ({ port, host, tenantPort, tenant }: Settings): Promise<void> {
  const local = tenant === undefined
    ? await startLocalTenant({ port: tenantPort, appBaseUrl: `http://localhost:${port}` })
    : undefined
  const app = await buildApp({
    auth0: local?.auth0 ?? tenant!,
    demoUsers: local?.demoUsers ?? [],
    server: { logger: { level: 'warn' } }
  })
  app.addHook('onClose', async () => {
    await local?.close()
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      app.close().then(() => process.exit(0), () => process.exit(1))
    })
  }
  await app.listen({ port, host })
  console.log(welcome(local?.auth0.appBaseUrl ?? tenant!.appBaseUrl, local, tenant?.domain))
}

function welcome (address: unknown, local: LocalTenant | undefined, domain: string | undefined): string {
  const lines = ['', `  Quickstart     ${String(address)}   <- open this in your browser`]
  if (local === undefined) return [...lines, `  Auth0 tenant   ${domain}`, ''].join('\n')
  return [
    ...lines,
    `  Local tenant   ${local.url}`,
    '',
    '  Log in as',
    ...local.demoUsers.map(user => `    ${user.name.padEnd(14)} ${user.email.padEnd(20)} password: ${user.password}`),
    '',
    '  Stop it with Ctrl+C. To use your own Auth0 tenant, copy .env.example to .env and fill it in.',
    ''
  ].join('\n')
}

/** One line for what the person at the keyboard can put right, the whole story for anything else. */
function explain (error: unknown, settings: Settings | undefined): string {
  if (error instanceof SettingsError) return error.message
  const busy = settings && explainBusyPort(error, settings, 'npm start')
  if (busy !== undefined) return busy
  if (error instanceof Error && 'option' in error) return error.message
  return error instanceof Error ? error.stack ?? error.message : String(error)
}
