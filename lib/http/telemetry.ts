import type { TelemetryOption } from '../../types/options.js'
import { version } from './version.js'

/** The value of the `Auth0-Client` header, or `undefined` where nothing is to be told. */
export function telemetryHeader (option: TelemetryOption = true): string | undefined {
  if (option === false) return undefined
  const client = option === true ? { name: 'fastify-auth0', version } : { name: option.name, version: option.version }
  return Buffer.from(JSON.stringify({ ...client, env: { node: process.versions.node } })).toString('base64')
}
