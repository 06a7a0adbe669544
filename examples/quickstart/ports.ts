/** Where an example and its local tenant listen. */
export interface Ports {
  port: number
  tenantPort: number
}

/** The environment cannot be used as it is; the message says what to change. */
export class SettingsError extends Error {}

const highest = 65_535

/**
 * Reads `PORT` and `TENANT_PORT` from the environment. The tenant listens beside the application unless told otherwise,
 * so that another `PORT` is all that a second copy needs.
 */
export function readPorts (env: Record<string, string | undefined>, usual = '3000'): Ports {
  const port = readPort('PORT', env.PORT?.trim() || usual)
  const tenantPort = readPort('TENANT_PORT', env.TENANT_PORT?.trim() || String(beside(port, 1)))
  if (port === tenantPort) throw new SettingsError(`PORT and TENANT_PORT must be two ports, not both ${port}.`)
  return { port, tenantPort }
}

/** One line about a port that is taken, with a command that keeps the ports that are not; else nothing. */
export function explainBusyPort (error: unknown, { port, tenantPort }: Ports, command: string): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause) || cause.code !== 'EADDRINUSE') continue
    const busy = (cause as NodeJS.ErrnoException & { port: number }).port
    const [app, tenant] = busy === tenantPort ? [port, beside(tenantPort, 100)] : [beside(port, 100), tenantPort]
    return `Port ${busy} is in use by another program. Stop that program, or choose another port: ` +
      `PORT=${app} TENANT_PORT=${tenant} ${command}`
  }
  return undefined
}

function beside (port: number, distance: number): number {
  return port + distance > highest ? port - distance : port + distance
}

function readPort (name: string, given: string): number {
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > highest) {
    throw new SettingsError(`${name} must be a number from 1 to ${highest}, not "${given}".`)
  }
  return port
}
